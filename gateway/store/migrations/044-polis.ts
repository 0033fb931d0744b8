import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Since when a comune has a totem in service (gateway/polis/). Kept for good: a totem's hours are not. */
export const polis: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table polis_since (istat text primary key, since date not null)`.execute(db)
  },
}
