import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Windows in which somebody works on totems, and nobody is called (gateway/console/alarms/maintenance.ts). */
export const consoleMaintenance: Migration = {
  async up(db: Kysely<unknown>) {
    // `covers`: the totem, office or region; empty for the fleet.
    await sql`
      create table maintenance (
        id text primary key,
        kind text not null check (kind in ('totem', 'ufficio', 'regione', 'flotta')),
        covers text not null check ((covers = '') = (kind = 'flotta')),
        from_at timestamptz not null,
        until_at timestamptz not null,
        reason text not null,
        needs_second boolean not null,
        proposed_by text not null,
        proposed_name text not null,
        proposed_at timestamptz not null,
        approved_by text,
        approved_name text,
        approved_at timestamptz,
        ended_by text,
        ended_name text,
        ended_at timestamptz,
        -- SECURITY: whatever the program does, a window ends by itself, and a wide one has two people.
        check (until_at > from_at and until_at <= from_at + interval '72 hours'),
        check (kind in ('totem', 'ufficio') or needs_second),
        check (approved_by is null or approved_by <> proposed_by)
      )`.execute(db)
    await sql`create index maintenance_until on maintenance (until_at)`.execute(db)
    await sql`
      create function maintained(window_ maintenance, at timestamptz) returns boolean language sql immutable as $$
        select window_.ended_at is null and (not window_.needs_second or window_.approved_at is not null)
          and window_.from_at <= at and window_.until_at > at
      $$`.execute(db)
    // SECURITY: the second wall (031). Whoever sees a totem sees what concerns it; to silence it one must see all of it.
    await sql`alter table maintenance enable row level security`.execute(db)
    const inSight = sql`(console_sees(null, null) or kind = 'flotta' or exists (
      select from totem_place place where covers = case kind
        when 'totem' then place.totem when 'ufficio' then place.office else place.region end))`
    const whole = sql`(console_sees(null, null)
      or (kind = 'regione' and console_sees(covers, null))
      or (kind = 'ufficio' and exists (select from totem_place place where place.office = covers))
      or (kind = 'totem' and exists (select from totem_place place where place.totem = covers)))`
    await sql`create policy in_sight on maintenance for select using ${inSight}`.execute(db)
    await sql`create policy whole on maintenance for insert with check ${whole}`.execute(db)
    await sql`create policy change on maintenance for update using ${whole}`.execute(db)
  },
}
