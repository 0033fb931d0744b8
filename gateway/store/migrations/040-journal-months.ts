import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Sync logs in a table for each month (UTC) in which entries came. A search reads the months that it names, and a month
 * that need not be kept goes as a whole. Which entry is whose and what came before, intake decides under the lock of the
 * chain's row; `make_journal_month` gives each month an index that refuses the same entry twice.
 */
export const journalMonths: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table journal_entry rename to journal_entry_whole`.execute(db)
    // `operation`: a column of its own, because what takes JSON apart may leak by its errors, so that row level security
    // lets no index of it be used.
    await sql`
      create table journal_entry (
        totem text not null,
        chain text not null,
        seq integer not null,
        hash text not null,
        at timestamptz not null,
        event text not null,
        severity text not null,
        fields jsonb not null,
        received_at timestamptz not null default now(),
        operation text generated always as (fields ->> 'operation') stored
      ) partition by range (received_at)`.execute(db)
    // An entry on which a held one hangs, or the next will, and which is not here itself: its month is gone, or it never came.
    await sql`
      create table journal_base (
        totem text not null,
        chain text not null,
        seq integer not null,
        hash text not null,
        primary key (totem, chain, seq, hash)
      )`.execute(db)
    // Attached, not created in place: that would wait for every reader of the log, and let nobody read meanwhile.
    await sql`
      create function make_journal_month(at timestamptz) returns void language plpgsql as $$
      declare
        first timestamp := date_trunc('month', at at time zone 'UTC');
        name text := 'journal_entry_' || to_char(first, 'YYYY_MM');
      begin
        if to_regclass(name) is not null then return; end if;
        perform pg_advisory_xact_lock(hashtext('totem-journal-month'));
        if to_regclass(name) is not null then return; end if;
        execute format('create table %I (like journal_entry including defaults including generated)', name);
        execute format('create unique index on %I (totem, chain, seq, hash)', name);
        execute format('alter table journal_entry attach partition %I for values from (%L) to (%L)', name,
          first at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
      end $$`.execute(db)
    await sql`
      select make_journal_month(month) from (select min(received_at) as oldest from journal_entry_whole) as whole,
        generate_series(date_trunc('month', least(oldest, now()) at time zone 'UTC') at time zone 'UTC',
          now() + interval '3 months', interval '1 month') as month`.execute(db)
    await sql`
      insert into journal_entry (totem, chain, seq, hash, at, event, severity, fields, received_at)
      select totem, chain, seq, hash, at, event, severity, fields, received_at from journal_entry_whole`.execute(db)
    await sql`drop table journal_entry_whole`.execute(db)

    // A batch has one instant, and equal keys take a few bytes each. Ties are sorted when they are read.
    await sql`create index journal_entry_received on journal_entry (received_at)`.execute(db)
    await sql`create index journal_entry_event on journal_entry (event, received_at)`.execute(db)
    await sql`create index journal_entry_totem on journal_entry (totem, received_at)`.execute(db)
    await sql`
      create index journal_entry_operation on journal_entry (operation, received_at) where operation is not null`.execute(
      db,
    )
    await sql`create index journal_entry_severe on journal_entry (received_at) where severity <> 'info'`.execute(db)
    await sql`create index journal_entry_alarm on journal_entry (received_at) where severity = 'alarm'`.execute(db)

    // SECURITY: as in 031; written so that sight is settled once a query and not once an entry.
    await sql`alter table journal_entry enable row level security`.execute(db)
    await sql`
      create policy in_sight on journal_entry using (
        (select console_sees(null, null)) or totem in (select place.totem from totem_place place))`.execute(db)
    await sql`alter table journal_base enable row level security`.execute(db)
    await sql`
      create policy in_sight on journal_base using (
        (select console_sees(null, null)) or totem in (select place.totem from totem_place place))`.execute(db)
  },
}
