import type { Generated } from 'kysely'
import type { ReleaseStanding } from '../../contract/release.ts'
import type { Database } from '../store/schema.ts'
import type { StopReason } from './rings.ts'

type Next = NonNullable<ReleaseStanding['next']>

export type ReleaseTables = {
  release_rollout: {
    number: number
    urgent: boolean
    ring: number
    began_at: Date
    /** When it came to this ring. */
    ring_at: Date
    stopped_at: Date | null
    stopped_why: StopReason | 'operator' | null
    /** The whole fleet's share of silent totems, and its faults a paper, when it began. */
    silent_before: number
    faults_before: number
    /** What a person has seen and let pass: a lifted stop is not made again for it. */
    excused_rolled_back: Generated<number>
    excused_silent: Generated<number>
    excused_faults: Generated<number>
  }
  release_totem: {
    totem: string
    running: number
    confirmed: boolean
    next: number | null
    next_state: Next['state'] | null
    next_reason: Next['reason']
    /** Papers and faults since it confirmed what it runs. */
    visits: Generated<number>
    faults: Generated<number>
    /** What its last heartbeat counted, since its main was started. */
    sheets_told: number
    faults_told: number
  }
  release_hold: { totem: string; held_at: Date }
}

/** The database with this room's tables. */
export const withReleases = (db: Database) => db.$extendTables<ReleaseTables>()
export type ReleaseDatabase = ReturnType<typeof withReleases>
