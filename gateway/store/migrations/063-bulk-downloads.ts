import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Links to the files of a bulk request's answers (gateway/console/bulk/files/download.ts): each opens one file once. */
export const bulkDownloads: Migration = {
  async up(db: Kysely<unknown>) {
    // `impronta`: SHA-256 of the link; a dump of the database opens nothing.
    await sql`
      create table scarico (
        impronta text primary key,
        richiesta text not null references richiesta (id),
        forma text not null,
        parte integer not null,
        persona text not null,
        scade_at timestamptz not null
      )`.execute(db)
    await sql`alter table scarico enable row level security`.execute(db)
    await sql`
      create policy own on scarico
      using (persona = current_setting('totem.actor', true)) with check (persona = current_setting('totem.actor', true))`.execute(
      db,
    )
  },
}
