import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The one list that ANPR's bulk services have of us: they take no second one meanwhile (lists/job.ts). */
export const bulkJob: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table anpr_bulk_job (
        single boolean primary key default true check (single),
        service text not null,
        job text,
        touched_at timestamptz not null
      )`.execute(db)
  },
}
