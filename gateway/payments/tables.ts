import type { Generated } from 'kysely'
import type { PaymentState } from '../../contract/pagopa.ts'
import type { Database } from '../store/schema.ts'
import type { Refund } from './machine.ts'

export type PaymentTables = {
  /** Marks that a request holds or that have paid. The settlement that refuses a request deletes its mark. */
  contrassegno: {
    /** Keyed hash of the mark's number, so that the table gives away no number. */
    mark: string
    totem: string
    operation: string
    /** By the database's clock. */
    taken_at: Generated<Date>
  }
  /** Notices of pagoPA, for good: no notice number is used twice. People are named by keyed hash alone. */
  payment: {
    id: string
    requester: string
    subject: string
    types: string
    notice: string
    cents: number
    state: PaymentState
    closing: boolean
    receipt: string | null
    totem: string | null
    operation: string | null
    refusal: string | null
    made_at: Date
    due_at: Date
    /** When pagoPA is asked about it again; null: there is nothing to ask. */
    look_at: Date | null
    /** How often it was asked so far. */
    looks: number
  }
  /** Receipts of payments that were made, each once, whichever way it came. */
  payment_receipt: { id: string; payment: string; cents: number; heard_at: Date }
  /** Money that must go back, until an operator says that it went. */
  refund: {
    receipt: string
    payment: string
    cents: number
    why: Refund['why']
    asked_at: Date
    refunded_at: Date | null
    refunded_by: string | null
  }
}

/** The database with this room's tables. */
export const withPayments = (db: Database) => db.$extendTables<PaymentTables>()
export type PaymentDatabase = ReturnType<typeof withPayments>
