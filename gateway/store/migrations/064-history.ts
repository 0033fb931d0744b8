import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What comuni and auditors see of the access log, and what in bulk requests somebody should look at (gateway/console/history/). */
export const history: Migration = {
  async up(db: Kysely<unknown>) {
    // SECURITY: the gateway owns the log and is not held by this. The console sees the lines of requests that are in its
    // reader's sight, and who audits the whole fleet sees all.
    await sql`alter table access_log enable row level security`.execute(db)
    await sql`
      create policy in_sight on access_log for select
      using (current_setting('totem.all', true) = 'yes'
        or (channel = 'console' and exists (select from richiesta where richiesta.id = access_log.operation)))`.execute(
      db,
    )
    await sql`
      create table anomalia (
        id text primary key,
        specie text not null check (specie in ('volume', 'not-found', 'same-person', 'colleague', 'self', 'hours')),
        autore text not null,
        giorno text not null,
        comune text not null,
        richiesta text not null references richiesta (id),
        cifra integer not null check (cifra > 0),
        vista_at timestamptz not null,
        chiusa_da text,
        chiusa_nome text,
        chiusa_at timestamptz,
        chiusa_testo text,
        unique (specie, autore, giorno, comune),
        check ((chiusa_da is null) = (chiusa_at is null)),
        -- SECURITY: nobody closes what is about themself.
        check (chiusa_da <> autore)
      )`.execute(db)
    await sql`create index anomalia_open on anomalia (id) where chiusa_at is null`.execute(db)
    await sql`
      create table anomalia_giudizio (
        richiesta text not null references richiesta (id),
        momento text not null check (momento in ('sent', 'ended')),
        primary key (richiesta, momento)
      )`.execute(db)
    for (const table of ['anomalia', 'anomalia_giudizio'])
      await sql`alter table ${sql.table(table)} enable row level security`.execute(db)
    await sql`create policy in_sight on anomalia for select using (console_comune(comune))`.execute(db)
    await sql`
      create policy closed on anomalia for update
      using (comune = any(string_to_array(current_setting('totem.enti', true), ',')))`.execute(db)
  },
}
