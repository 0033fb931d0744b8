import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * What was given to citizens, counted by Italian days (gateway/statistics/). No row names a person, a totem or an hour:
 * the smallest thing that can be read of it is a day of an office.
 */
export const statistics: Migration = {
  async up(db: Kysely<unknown>) {
    // Offices outlive their totems here. `kind`: 'polis', a post office; 'sede', a comune's own, known by what the comune
    // brings. `comune`: ISTAT's code.
    await sql`
      create table stat_ufficio (
        ufficio text primary key,
        kind text not null check (kind in ('polis', 'sede')),
        name text not null,
        regione text,
        comune text
      )`.execute(db)
    // Where a totem has stood, since which day: stays when it moves or goes, so that what was counted holds.
    await sql`
      create table stat_posto (totem text not null, dal date not null, ufficio text, primary key (totem, dal))`.execute(
      db,
    )
    // '' where it is not known, or says nothing of this product.
    await sql`
      create table stat_giorno (
        giorno date not null,
        comune text not null,
        ufficio text not null,
        canale text not null check (canale in ('totem', 'sportello', 'massiva', 'portale')),
        prodotto text not null,
        esito text not null,
        bollo text not null check (bollo in ('', 'bollo', 'esente')),
        regione text,
        n integer not null check (n > 0),
        primary key (giorno, comune, ufficio, canale, prodotto, esito, bollo)
      )`.execute(db)
    await sql`create index stat_giorno_comune on stat_giorno (comune, giorno)`.execute(db)
    // A day that is counted for good, and what was found to be more or less afterwards.
    await sql`create table stat_fermo (giorno date primary key, at timestamptz not null)`.execute(db)
    await sql`
      create table stat_tardi (
        giorno date not null,
        comune text not null,
        ufficio text not null,
        canale text not null,
        prodotto text not null,
        esito text not null,
        bollo text not null,
        regione text,
        n integer not null check (n <> 0),
        primary key (giorno, comune, ufficio, canale, prodotto, esito, bollo)
      )`.execute(db)
    await sql`
      create table stat_conto (
        one boolean primary key default true check (one),
        counted_at timestamptz,
        late_on date
      )`.execute(db)
    await sql`insert into stat_conto (counted_at, late_on) values (null, null)`.execute(db)

    // What a comune has counted at its own desks: source and date stand in each row. `grana`: of a day, or of a month.
    await sql`
      create table stat_portato (
        comune text not null,
        grana text not null check (grana in ('giorno', 'mese')),
        giorno date not null,
        ufficio text not null,
        canale text not null check (canale in ('totem', 'sportello', 'massiva', 'portale')),
        prodotto text not null,
        n integer not null check (n >= 0),
        fonte text not null,
        del date not null,
        portato_at timestamptz not null,
        portato_da text not null,
        check (grana = 'giorno' or extract(day from giorno) = 1),
        primary key (comune, prodotto, grana, giorno, ufficio, canale)
      )`.execute(db)
    // An office that is shut beyond its hours, and an emergency's rules: since when, until when, why.
    await sql`
      create table ufficio_chiuso (
        id text primary key,
        ufficio text not null,
        regione text,
        comune text,
        dal date not null,
        al date check (al >= dal),
        motivo text not null,
        nota text,
        by_person text not null,
        by_name text not null,
        at timestamptz not null,
        ended_name text,
        ended_at timestamptz
      )`.execute(db)
    await sql`create index ufficio_chiuso_ufficio on ufficio_chiuso (ufficio, dal)`.execute(db)
    await sql`
      create table regime (
        id text primary key,
        kind text not null check (kind in ('chiusura', 'riapertura')),
        name text not null,
        regione text,
        comune text,
        dal date not null,
        al date check (al >= dal),
        by_person text not null,
        by_name text not null,
        at timestamptz not null
      )`.execute(db)

    // SECURITY: as in 031; sight of everything is settled once a query. A comune's people see what concerns their comune; what it brought of its own desks nobody else
    // does. `totem.enti` and `totem.all_enti` are set with the rest of a person's sight (gateway/console/as-actor.ts).
    await sql`
      create function console_sees_comune(comune text) returns boolean language sql stable as $$
        select coalesce(current_setting('totem.all_enti', true) = 'yes', false)
          or coalesce(comune <> '' and comune = any(string_to_array(current_setting('totem.enti', true), ',')), false)
      $$`.execute(db)
    // An office of another body (`USL2:PROTESI`) towards one comune.
    await sql`
      create function console_sees_office(ufficio text, comune text) returns boolean language sql stable as $$
        select coalesce(replace(ufficio, ':', '/') || '@' || comune
          = any(string_to_array(current_setting('totem.uffici', true), ',')), false)
      $$`.execute(db)
    for (const table of ['stat_giorno', 'stat_tardi'])
      await sql`
        create policy in_sight on ${sql.table(table)} for select
        using ((select console_sees(null, null) or console_sees_comune('')) or console_sees(regione, ufficio)
          or console_sees_comune(comune) or console_sees_office(ufficio, comune))`.execute(db)
    await sql`
      create policy in_sight on stat_ufficio for select using (
        console_sees_comune(comune) or (kind = 'polis' and console_sees(regione, ufficio)))`.execute(db)
    await sql`
      create policy own_desk on stat_ufficio for insert with check (kind = 'sede' and console_sees_comune(comune))`.execute(
      db,
    )
    await sql`create policy own on stat_portato using (console_sees_comune(comune)) with check (console_sees_comune(comune))`.execute(
      db,
    )
    for (const table of ['ufficio_chiuso', 'regime']) {
      const sees = sql.raw(
        table === 'regime'
          ? 'console_sees(regione, null) or console_sees_comune(comune)'
          : 'console_sees(regione, ufficio) or console_sees_comune(comune)',
      )
      // Which rules hold in a place is no secret; who may say so is.
      await sql`create policy read on ${sql.table(table)} for select using (${table === 'regime' ? sql`true` : sees})`.execute(
        db,
      )
      await sql`create policy write on ${sql.table(table)} for insert with check (${sees})`.execute(db)
      await sql`create policy end_it on ${sql.table(table)} for update using (${sees}) with check (${sees})`.execute(db)
    }
    for (const table of ['stat_giorno', 'stat_tardi', 'stat_ufficio', 'stat_portato', 'ufficio_chiuso', 'regime'])
      await sql`alter table ${sql.table(table)} enable row level security`.execute(db)
  },
}
