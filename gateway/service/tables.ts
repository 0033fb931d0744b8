import type { Generated } from 'kysely'
import type { Database } from '../store/schema.ts'

export type ServiceTables = {
  service_grant: {
    number: Generated<number>
    /** SHA-256 of the card's certificate. */
    card: string
    /** Null: every totem. */
    totem: string | null
    starts_at: Date
    ends_at: Date
    proposed_by: string
    proposed_at: Date
    /** Never who proposed it; null: it does not count yet. */
    approved_by: string | null
    approved_at: Date | null
    revoked_by: string | null
    revoked_at: Date | null
  }
  /** The registrar's (gateway/enrolment/tables.ts): which order a totem came by. */
  totem_enrolled: { totem: string; order_id: string; withdrawn_at: Date | null }
}

/** The database with this room's tables. */
export const withService = (db: Database) => db.$extendTables<ServiceTables>()
export type ServiceDatabase = ReturnType<typeof withService>
