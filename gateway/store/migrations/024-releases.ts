import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** How far each release has come in the fleet, how each totem stands with it, and who is held back (gateway/releases/). */
export const releases: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table release_rollout (
        number integer primary key,
        urgent boolean not null,
        ring integer not null,
        began_at timestamptz not null,
        ring_at timestamptz not null,
        stopped_at timestamptz,
        stopped_why text check (stopped_why in ('rolled-back', 'silent', 'faults', 'operator')),
        silent_before double precision not null,
        faults_before double precision not null,
        excused_rolled_back integer not null default 0,
        excused_silent integer not null default 0,
        excused_faults integer not null default 0,
        check ((stopped_at is null) = (stopped_why is null))
      )`.execute(db)
    await sql`
      create table release_totem (
        totem text primary key,
        running integer not null,
        confirmed boolean not null,
        next integer,
        next_state text,
        next_reason text,
        visits integer not null default 0,
        faults integer not null default 0,
        sheets_told integer not null,
        faults_told integer not null,
        check ((next is null) = (next_state is null))
      )`.execute(db)
    await sql`create table release_hold (totem text primary key, held_at timestamptz not null)`.execute(db)
  },
}
