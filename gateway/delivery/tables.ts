import type { Generated } from 'kysely'
import type { Database } from '../store/schema.ts'

type DeliveryTables = {
  /** Who reads this table has noise: the key is in the link alone, which the totem shows and nobody sends. */
  handover: {
    number: Generated<string>
    id: string
    totem: string
    until: Date
    /** AES-256-GCM by the totem's key; null once it has ended. */
    sealed: Buffer | null
    /** SHA-256 of what the telephone calls itself; null while none has asked. */
    phone: string | null
    taken_at: Date | null
    ended: 'contested' | 'gone' | null
  }
}

/** The database with this room's tables. */
export const withDelivery = (db: Database) => db.$extendTables<DeliveryTables>()
