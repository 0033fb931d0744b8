import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What each hour was worth for each objective of the service (gateway/console/objectives/). */
export const objectives: Migration = {
  async up(db: Kysely<unknown>) {
    // `causes`: of what was not good, how much for which reason. `failing`: a bit for each minute in which it mostly failed.
    await sql`
      create table objective_hour (
        objective text not null,
        hour timestamptz not null,
        good bigint not null,
        total bigint not null,
        causes jsonb not null default '{}',
        failing bigint not null default 0,
        primary key (objective, hour)
      )`.execute(db)
  },
}
