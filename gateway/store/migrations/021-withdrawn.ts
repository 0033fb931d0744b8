import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Whether ANPR was asked to issue for an operation: its person may withdraw it until then. */
export const withdrawn: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create index access_log_issue on access_log (caller, operation)
      where operation is not null and exemption is not null`.execute(db)
  },
}
