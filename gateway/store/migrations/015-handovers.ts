import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Encrypted documents on their way to a telephone (delivery/tables.ts). */
export const handovers: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table handover (
        number bigint generated always as identity primary key,
        id text not null unique,
        totem text not null,
        until timestamptz not null,
        sealed bytea,
        phone text,
        taken_at timestamptz,
        ended text check (ended in ('contested', 'gone')),
        check ((ended is null) = (sealed is not null))
      )`.execute(db)
    // Ciphertext does not compress: trying costs more than writing it as it is.
    await sql`alter table handover alter column sealed set storage external`.execute(db)
    await sql`create index handover_waiting on handover (totem, number) where ended is null`.execute(db)
  },
}
