import { type Generated, type JSONColumnType, type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Beginning, KeyKind, OrderWish, PublicPoint } from '../../contract/enrolment.ts'
import type { OrderState } from '../../contract/operators.ts'
import type { Database } from '../store/schema.ts'

type EnrolmentTables = {
  totem_order: {
    id: string
    totem: string
    /** The part of the code that finds the order; null with `code`, once it can be of no use. */
    handle: string | null
    /** Keyed hash of the whole code. */
    code: string | null
    wish: JSONColumnType<OrderWish>
    machine_wanted: string | null
    software_key: boolean
    made_at: Date
    made_by: string
    expires_at: Date
    state: Generated<OrderState>
    failures: Generated<number>
    locked_until: Date | null
    /** The first machine that came with the code and might be this totem. */
    machine: string | null
    /** What that machine has shown last; its finish is held to this. */
    begun: JSONColumnType<Omit<Beginning, 'code'>> | null
    nonce: string | null
    /** Keyed hash of the secret that only its TPM opens. */
    secret: string | null
    answer_until: Date | null
    ended_at: Date | null
  }
  totem_enrolled: {
    totem: string
    order_id: string
    key_kind: KeyKind
    machine: string
    /** Its key for TLS, DER in base64: renewals are for this key. */
    spki: string
    /** Its TPM's key for statements, the same way. */
    ak: string | null
    outcome: JSONColumnType<PublicPoint>
    verification: JSONColumnType<PublicPoint>
    /** Registers as they were quoted last, by number. */
    boot: JSONColumnType<Record<string, string>> | null
    enrolled_at: Date
    withdrawn_at: Date | null
    withdrawn_by: string | null
    /** By the database's clock (`databaseNow`): gateways find by it what others have changed. */
    changed_at: Date
  }
  totem_certificate: { fingerprint: string; totem: string; pem: string; issued_at: Date; not_after: Date }
}
export const withEnrolment = (db: Database) => db.$extendTables<EnrolmentTables>()
export type EnrolmentDatabase = ReturnType<typeof withEnrolment>
export type Within = EnrolmentDatabase extends Kysely<infer Tables> ? Transaction<Tables> : never
export type OrderRow = Selectable<EnrolmentTables['totem_order']>
/** Of this statement: `now()` is when its transaction began, which may have waited longer than others look back (enrolled.ts). */
export const databaseNow = sql<Date>`clock_timestamp()`
