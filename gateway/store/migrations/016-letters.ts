import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Documents whose link goes by e-mail (delivery/letters.ts). */
export const letters: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      alter table handover
        add column code text,
        add column tries_left integer,
        add column downloads_left integer`.execute(db)
    await sql`
      create table letter (
        handover text primary key references handover (id) on delete cascade,
        totem text not null,
        at timestamptz not null,
        sealed text,
        state text not null check (state in ('waiting', 'handed-over', 'refused', 'bounced')),
        tries integer not null default 0,
        next_at timestamptz not null,
        return_token text not null unique,
        check ((state = 'waiting') = (sealed is not null))
      )`.execute(db)
    await sql`create index letter_due on letter (next_at) where state = 'waiting'`.execute(db)
    await sql`create index letter_totem on letter (totem, at)`.execute(db)
  },
}
