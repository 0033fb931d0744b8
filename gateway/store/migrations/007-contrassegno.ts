import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Marche da bollo that have paid for a certificate (payments/tables.ts). */
export const contrassegno: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table contrassegno (
        mark text primary key,
        operation text not null unique,
        taken_at timestamptz not null default now()
      )`.execute(db)
  },
}
