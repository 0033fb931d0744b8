import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Views of the console's screens that somebody has named (gateway/console/views/). */
export const consoleViews: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table console_view (
        person text not null,
        screen text not null,
        name text not null,
        search text not null,
        primary key (person, screen, name)
      )`.execute(db)
    await sql`alter table console_view enable row level security`.execute(db)
    await sql`create policy own on console_view using (person = current_setting('totem.actor', true))`.execute(db)
  },
}
