import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Payments in the console's sight: the second wall of 031. They are the whole fleet's, since a notice is good at every totem. */
export const consolePayments: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of ['payment', 'payment_receipt', 'refund']) {
      await sql`alter table ${sql.table(table)} enable row level security`.execute(db)
      await sql`create policy in_sight on ${sql.table(table)} for select using (console_sees(null, null))`.execute(db)
    }
  },
}
