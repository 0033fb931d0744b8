import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What a person may see of themselves: their requests at every totem, and the access log's lines about them. */
export const ownRequests: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table operation add requester text, add types text`.execute(db)
    await sql`
      create index operation_requester on operation (requester, received_at) where requester is not null`.execute(db)
    // For the erasure after a year; rows lie in the order of their age.
    await sql`create index operation_received on operation using brin (received_at)`.execute(db)
    await sql`create index access_log_subject on access_log (subject, at)`.execute(db)
  },
}
