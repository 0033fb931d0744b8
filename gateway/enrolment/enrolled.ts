import { createPublicKey } from 'node:crypto'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import type { PublicPoint } from '../../contract/enrolment.ts'
import type { NamedKey } from '../sealing/sealing.ts'
import type { EnrolmentDatabase } from './tables.ts'

const LOOK_EVERY_MS = 2_000
/** Rows of another gateway's transaction, which wrote before another and ended after it. */
const OVERLAP_MS = MINUTE_MS
/** A certificate that nobody knows asks the database no more often. */
const AGAIN_MS = 1_000

/** A totem that was enrolled, as its door judges it. */
export interface EnrolledTotem {
  outcomeKey: NamedKey
  /** Of the certificates that count. */
  fingerprints: ReadonlySet<string>
}

/**
 * The totems that were enrolled and not withdrawn, of all gateways on the database, kept in memory: the door asks at each
 * request. What another gateway has changed counts within seconds.
 */
export interface Enrolled {
  of(totem: string): EnrolledTotem | null
  /** Takes up what has changed. `unknown`: the door met a totem that is not here; asks at most once a second then. */
  look(why?: 'unknown'): Promise<void>
  stop(): Promise<void>
}

export async function openEnrolled({
  db,
  now,
  log,
}: {
  db: EnrolmentDatabase
  now: Clock
  log: Logger
}): Promise<Enrolled> {
  const known = new Map<string, EnrolledTotem>()
  let seen = new Date(0)
  let asked = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | null = null

  async function take(): Promise<void> {
    const { rows } = await sql<{
      totem: string
      outcome: PublicPoint
      withdrawn: boolean
      changed_at: Date
      fingerprints: string[]
    }>`
      select totem, outcome, withdrawn_at is not null as withdrawn, changed_at,
        array(
          select fingerprint from totem_certificate certificate where certificate.totem = totem_enrolled.totem
        ) as fingerprints
      from totem_enrolled where changed_at >= ${new Date(+seen - OVERLAP_MS)}::timestamptz`.execute(db)
    for (const { totem, outcome, withdrawn, changed_at, fingerprints } of rows) {
      if (changed_at > seen) seen = changed_at
      if (withdrawn) known.delete(totem)
      else known.set(totem, { outcomeKey: keyOf(outcome), fingerprints: new Set(fingerprints) })
    }
  }

  const look = (why?: 'unknown'): Promise<void> => {
    if (why === 'unknown' && +now() - asked < AGAIN_MS) return looking ?? Promise.resolve()
    asked = +now()
    looking ??= take().finally(() => {
      looking = null
    })
    return looking
  }

  await take()
  const timer = setInterval(() => {
    look().catch(({ name, code }: NodeJS.ErrnoException) => log.warn({ kind: 'enrolled-not-read', name, code }))
  }, LOOK_EVERY_MS)
  return {
    of: (totem) => known.get(totem) ?? null,
    // What this process itself has just written must not wait for a look that began before.
    look: async (why) => {
      const before = looking
      await look(why)
      if (why === undefined && before !== null) await look()
    },
    async stop() {
      clearInterval(timer)
      await looking?.catch(() => undefined)
    },
  }
}

const keyOf = ({ kid, kty, crv, x, y }: PublicPoint): NamedKey => ({
  kid,
  key: createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' }),
})
