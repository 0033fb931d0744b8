import type { Generated } from 'kysely'
import type { Database } from '../store/schema.ts'

type PaymentTables = {
  /** Marks that a request holds or that have paid. The settlement that refuses a request deletes its mark. */
  contrassegno: {
    /** Keyed hash of the mark's number, so that the table gives away no number. */
    mark: string
    totem: string
    operation: string
    /** By the database's clock. */
    taken_at: Generated<Date>
  }
}

/** The database with this room's tables. */
export const withPayments = (db: Database) => db.$extendTables<PaymentTables>()
