import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Tenants: comuni, the bodies that ask them (fruitori) with their offices, what a comune lets be asked (profilo), and by what
 * agreement (convenzione). The second wall of 031 for them: nobody sees what another comune has agreed.
 */
export const enti: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table ente (
        id text primary key,
        kind text not null check (kind in ('comune', 'fruitore')),
        name text not null,
        istat text check (istat = id),
        patron text check (patron ~ '^[0-9]{2}-[0-9]{2}$'),
        check (case kind when 'comune' then id ~ '^[0-9]{6}$' and istat is not null
          else id ~ '^[A-Z][A-Z0-9-]{1,19}$' and istat is null and patron is null end)
      )`.execute(db)
    await sql`
      create table ufficio_ente (
        ente text not null references ente (id),
        id text not null check (id ~ '^[A-Z0-9][A-Z0-9-]{0,19}$'),
        name text not null,
        primary key (ente, id)
      )`.execute(db)
    // Days are texts, YYYY-MM-DD in Italy: a driver would make an instant of a date, by its own clock.
    const decided = sql`
      proposed_by text not null,
      proposed_name text not null,
      proposed_at timestamptz not null,
      approved_by text,
      approved_name text,
      approved_at timestamptz,
      ended_by text,
      ended_name text,
      ended_at timestamptz,
      ended_why text,
      dal text not null check (dal ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
      al text not null check (al ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
      check (al >= dal),
      check ((approved_by is null) = (approved_at is null)),
      check ((ended_by is null) = (ended_at is null)),
      -- SECURITY: four eyes, whatever the program does.
      check (approved_by is null or approved_by <> proposed_by or approved_by = 'installation')`
    await sql`
      create table profilo (
        id text not null,
        versione integer not null check (versione > 0),
        comune text not null references ente (id),
        nome text not null,
        servizi jsonb not null,
        sezioni jsonb not null,
        perche jsonb not null,
        chiavi jsonb not null,
        provvisori boolean not null,
        motivi jsonb not null,
        base_giuridica text not null,
        territorio text not null check (territorio in ('comune', 'comuni', 'italia')),
        righe_max integer not null check (righe_max between 1 and 100000),
        righe_giorno integer not null check (righe_giorno > 0),
        ${decided},
        primary key (id, versione),
        unique (id, versione, comune)
      )`.execute(db)
    await sql`create index profilo_comune on profilo (comune)`.execute(db)
    await sql`
      create table convenzione (
        id text primary key,
        comune text not null references ente (id),
        fruitore text not null references ente (id),
        base_giuridica text not null,
        protocollo text not null,
        silenzio_giorni integer check (silenzio_giorni between 1 and 10),
        silenzio_righe_max integer check (silenzio_righe_max > 0),
        quota_persona integer check (quota_persona > 0),
        quota_ufficio integer check (quota_ufficio > 0),
        quota_mese integer check (quota_mese > 0),
        territorio text not null check (territorio in ('comune', 'comuni', 'italia')),
        comuni jsonb not null,
        profilo text not null,
        profilo_versione integer not null,
        ${decided},
        check ((silenzio_giorni is null) = (silenzio_righe_max is null)),
        check (territorio <> 'italia' or silenzio_giorni is null),
        check ((territorio = 'comuni') = (jsonb_array_length(comuni) > 0)),
        -- SECURITY: a profile of the same comune; with the comune in it the key tells nothing of another's.
        foreign key (profilo, profilo_versione, comune) references profilo (id, versione, comune)
      )`.execute(db)
    await sql`create index convenzione_comune on convenzione (comune)`.execute(db)
    await sql`create index convenzione_fruitore on convenzione (fruitore)`.execute(db)

    // SECURITY: what a second person has approved stays as it was read, for the database's owner too. Only the approval and
    // the end are written, each once.
    await sql`
      create function decided_once() returns trigger language plpgsql as $$
      declare said text[] := array['approved_by', 'approved_name', 'approved_at', 'ended_by', 'ended_name', 'ended_at', 'ended_why'];
      begin
        if tg_op = 'DELETE' or to_jsonb(new) - said <> to_jsonb(old) - said
          or (old.approved_at is not null and (new.approved_by, new.approved_at) is distinct from (old.approved_by, old.approved_at))
          or (old.ended_at is not null and new is distinct from old)
          or (new.approved_at is distinct from old.approved_at and new.ended_at is not null) then
          raise exception 'it is written once' using errcode = '42501';
        end if;
        return new;
      end $$`.execute(db)
    for (const table of ['profilo', 'convenzione'])
      await sql`
        create trigger decided_once before update or delete on ${sql.table(table)}
        for each row execute function decided_once()`.execute(db)

    // Who acts for a comune; who acts in an office of another body, towards a comune, and in any office of it.
    await sql`
      create function console_comune(comune text) returns boolean language sql stable as $$
        select coalesce(current_setting('totem.all_enti', true) = 'yes', false)
          or coalesce(comune = any(string_to_array(current_setting('totem.enti', true), ',')), false)
      $$`.execute(db)
    await sql`
      create function console_ufficio(comune text, fruitore text, ufficio text) returns boolean language sql stable as $$
        select coalesce(fruitore || '/' || ufficio || '@' || comune = any(string_to_array(current_setting('totem.uffici', true), ',')), false)
      $$`.execute(db)
    await sql`
      create function console_fruitore(comune text, fruitore text) returns boolean language sql stable as $$
        select exists (select from unnest(string_to_array(current_setting('totem.uffici', true), ',')) mine
          where split_part(mine, '/', 1) = fruitore and split_part(mine, '@', 2) = comune)
      $$`.execute(db)
    for (const table of ['ente', 'ufficio_ente', 'profilo', 'convenzione'])
      await sql`alter table ${sql.table(table)} enable row level security`.execute(db)

    // A comune picks the bodies with which it agrees; a body's office sees its comune and itself.
    await sql`
      create policy in_sight on ente for select
      using (console_sees(null, null) or console_comune(id)
        or (kind = 'fruitore' and coalesce(current_setting('totem.enti', true), '') <> '')
        or exists (select from unnest(string_to_array(current_setting('totem.uffici', true), ',')) mine
          where split_part(mine, '/', 1) = id or split_part(mine, '@', 2) = id))`.execute(db)
    await sql`
      create policy in_sight on ufficio_ente for select
      using (exists (select from ente where ente.id = ufficio_ente.ente))`.execute(db)
    // Who looks after the platform registers tenants.
    for (const table of ['ente', 'ufficio_ente'])
      await sql`create policy registered on ${sql.table(table)} for insert with check (console_sees(null, null))`.execute(
        db,
      )

    // The body sees what was agreed with it, once it was.
    await sql`
      create policy in_sight on convenzione for select
      using (console_comune(comune) or (approved_at is not null and console_fruitore(comune, fruitore)))`.execute(db)
    await sql`
      create policy in_sight on profilo for select
      using (console_comune(comune) or exists (
        select from convenzione given where given.profilo = profilo.id and given.profilo_versione = profilo.versione
          and given.approved_at is not null and console_fruitore(given.comune, given.fruitore)))`.execute(db)
    // Only who acts for that comune, and not who may see all of them.
    const own = sql`comune = any(string_to_array(current_setting('totem.enti', true), ','))`
    for (const table of ['profilo', 'convenzione']) {
      await sql`create policy made on ${sql.table(table)} for insert with check (${own})`.execute(db)
      await sql`create policy decided on ${sql.table(table)} for update using (${own})`.execute(db)
    }

    // What was done about a comune is told to who answers for it there, and to an office what was done in it.
    await sql`drop policy own_or_all on console_audit`.execute(db)
    await sql`
      create policy in_sight on console_audit for select
      using (current_setting('totem.all', true) = 'yes' or actor = current_setting('totem.actor', true)
        or (detail ? 'comune' and (console_comune(detail ->> 'comune')
          or console_ufficio(detail ->> 'comune', detail ->> 'fruitore', detail ->> 'ufficio'))))`.execute(db)
  },
}
