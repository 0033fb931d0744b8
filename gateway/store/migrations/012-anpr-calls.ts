import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** How often each service of ANPR was asked on a day of Rome's, and whether its day is used up (anpr/quotas.ts). */
export const anprCalls: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table anpr_calls (
        service text not null,
        day date not null,
        taken integer not null,
        closed boolean not null default false,
        primary key (service, day)
      ) with (fillfactor = 50)`.execute(db)
  },
}
