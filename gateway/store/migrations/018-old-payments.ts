import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** For the erasure of old payments: rows lie in the order of their age, and each has few receipts and refunds. */
export const oldPayments: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create index payment_made on payment using brin (made_at)`.execute(db)
    await sql`create index payment_receipt_of on payment_receipt (payment)`.execute(db)
    await sql`create index refund_of on refund (payment)`.execute(db)
  },
}
