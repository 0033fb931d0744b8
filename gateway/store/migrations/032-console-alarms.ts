import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What is wrong in the fleet, and who looks after it (gateway/console/alarms/). */
export const consoleAlarms: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table alarm (
        id text primary key,
        condition text not null,
        subject text not null,
        severity text not null check (severity in ('alarm', 'warn', 'info')),
        totem text,
        office text,
        region text,
        detail text,
        since timestamptz not null,
        ended_at timestamptz,
        times integer not null default 1,
        taken_by text,
        taken_name text,
        taken_at timestamptz
      )`.execute(db)
    // One for each condition and subject: it is raised once, and grows.
    await sql`create unique index alarm_active on alarm (condition, subject) where ended_at is null`.execute(db)
    await sql`create index alarm_ended on alarm (ended_at) where ended_at is not null`.execute(db)
    await sql`create index alarm_totem on alarm (totem, since)`.execute(db)
    await sql`
      create table alarm_note (
        id text primary key,
        alarm text not null references alarm (id) on delete cascade,
        at timestamptz not null,
        person text not null,
        name text not null,
        text text not null
      )`.execute(db)
    await sql`create index alarm_note_alarm on alarm_note (alarm, at)`.execute(db)
    await sql`alter table alarm enable row level security`.execute(db)
    await sql`create policy in_sight on alarm using (console_sees(region, office))`.execute(db)
    await sql`alter table alarm_note enable row level security`.execute(db)
    await sql`
      create policy in_sight on alarm_note using (exists (select from alarm where alarm.id = alarm_note.alarm))`.execute(
      db,
    )
  },
}
