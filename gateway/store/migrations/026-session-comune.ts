import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The comune of a session's person, where its diritti count: told with the family sheet, and not asked for again. */
export const sessionComune: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table session add column comune text`.execute(db)
  },
}
