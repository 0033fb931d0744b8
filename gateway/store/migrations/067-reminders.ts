import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What offices were reminded of by mail (gateway/console/reminders.ts): each once. */
export const reminders: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table promemoria (chiave text primary key, presa_at timestamptz not null, mandato_at timestamptz)`.execute(
      db,
    )
  },
}
