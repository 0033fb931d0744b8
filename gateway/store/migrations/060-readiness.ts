import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The newest readiness report of each totem (gateway/fleet/readiness.ts). */
export const readiness: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table totem_readiness (
        totem text primary key,
        received_at timestamptz not null,
        body jsonb not null
      )`.execute(db)
    await sql`alter table totem_readiness enable row level security`.execute(db)
    await sql`
      create policy in_sight on totem_readiness for select
      using (console_sees(null, null)
        or exists (select from totem_place place where place.totem = totem_readiness.totem))`.execute(db)
  },
}
