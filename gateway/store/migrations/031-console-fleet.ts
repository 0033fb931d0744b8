import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Where totems stand, their hours, and what the console keeps of them (gateway/console/fleet/). */
export const consoleFleet: Migration = {
  async up(db: Kysely<unknown>) {
    // From the file that `offices` names. `hours`: [[first day, last day, opens, closes]], days from 1 (Monday).
    await sql`
      create table totem_place (
        totem text primary key,
        office text,
        name text not null,
        comune text,
        region text,
        address text,
        hours jsonb,
        patron text
      )`.execute(db)
    // A bit for each minute: a totem that calls twice in one is heard once.
    await sql`
      create table totem_hour (
        totem text not null,
        hour timestamptz not null,
        heard bigint not null,
        ready bigint not null,
        primary key (totem, hour)
      )`.execute(db)
    await sql`create index totem_hour_hour on totem_hour using brin (hour)`.execute(db)
    await sql`
      create table totem_note (
        id text primary key,
        totem text not null,
        at timestamptz not null,
        person text not null,
        name text not null,
        text text not null
      )`.execute(db)
    await sql`create index totem_note_totem on totem_note (totem, at)`.execute(db)

    // SECURITY: the second wall. The first is the matrix (gateway/console/permissions/); this one holds where a query is
    // wrong. The gateway itself owns the tables, so that no policy counts for it.
    await sql`
      create function console_sees(region text, office text) returns boolean language sql stable as $$
        select coalesce(current_setting('totem.fleet', true) = 'yes', false)
          or coalesce(region = any(string_to_array(current_setting('totem.regions', true), ',')), false)
          or coalesce(office = any(string_to_array(current_setting('totem.offices', true), ',')), false)
      $$`.execute(db)
    await sql`alter table totem_place enable row level security`.execute(db)
    await sql`create policy in_sight on totem_place for select using (console_sees(region, office))`.execute(db)
    // A totem without a place is the whole fleet's.
    for (const table of ['heartbeat', 'totem_hour', 'totem_note', 'journal_entry', 'totem_enrolled', 'hearing']) {
      await sql`alter table ${sql.table(table)} enable row level security`.execute(db)
      await sql`
        create policy in_sight on ${sql.table(table)}
        using (console_sees(null, null)
          or exists (select from totem_place place where place.totem = ${sql.table(table)}.totem))`.execute(db)
    }
  },
}
