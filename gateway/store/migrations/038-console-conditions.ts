import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What the table of conditions measures (gateway/console/alarms/measures.ts), and the life of an alarm. */
export const consoleConditions: Migration = {
  async up(db: Kysely<unknown>) {
    // Since when no paper comes out; null: it does.
    await sql`alter table heartbeat add stopped_at timestamptz`.execute(db)
    // How often a totem's device process was started again, as each heartbeat told more of it.
    await sql`
      create table device_restart (
        totem text not null,
        at timestamptz not null,
        restarts integer not null,
        primary key (totem, at)
      )`.execute(db)
    // What a gateway knows by itself and the database does not: how ANPR answers it, when its lists and certificates end.
    await sql`
      create table gateway_fact (
        gateway text not null,
        measure text not null,
        label text not null,
        value float8 not null,
        base float8,
        at timestamptz not null,
        primary key (gateway, measure, label)
      )`.execute(db)
    // Seconds of this stretch in which the office is open, by the clock on its wall. Without hours it is always open.
    await sql`
      create function open_seconds(hours jsonb, patron text, since timestamptz, until timestamptz, holidays date[])
      returns float8 language sql stable as $$
        select case when hours is null then greatest(0, extract(epoch from until - since)) else coalesce((
          select sum(greatest(0, extract(epoch from least(until, shuts) - greatest(since, opens))))
          from (
            select (day + (hour.value ->> 'opens')::time) at time zone 'Europe/Rome' as opens,
              (day + (hour.value ->> 'closes')::time) at time zone 'Europe/Rome' as shuts
            from generate_series((since at time zone 'Europe/Rome')::date::timestamp,
                (until at time zone 'Europe/Rome')::date::timestamp, interval '1 day') day
              cross join lateral jsonb_array_elements(case when jsonb_typeof(hours) = 'array' then hours end) hour
            where extract(isodow from day) between
                array_position(array['mon','tue','wed','thu','fri','sat','sun'], hour.value ->> 'from')
                and array_position(array['mon','tue','wed','thu','fri','sat','sun'], hour.value ->> 'to')
              and not day::date = any(holidays) and to_char(day, 'MM-DD') is distinct from patron
          ) as open
        ), 0) end
      $$`.execute(db)
    // `again_at`: the latest time that it began; `seen_at`: that it was so; `confirmed_at`: it has lasted, and is no
    // longer only watched; `follows`: the condition from which it follows now.
    await sql`
      alter table alarm add again_at timestamptz, add seen_at timestamptz, add confirmed_at timestamptz,
        add follows text, add assigned_by text`.execute(db)
    await sql`update alarm set again_at = since, seen_at = coalesce(ended_at, since), confirmed_at = since`.execute(db)
    await sql`alter table alarm alter again_at set not null, alter seen_at set not null`.execute(db)
  },
}
