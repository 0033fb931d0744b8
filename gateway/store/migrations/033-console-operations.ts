import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Operations in the console's sight: the second wall of 031, for one table more. */
export const consoleOperations: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table operation enable row level security`.execute(db)
    await sql`
      create policy in_sight on operation for select
      using (console_sees(null, null)
        or exists (select from totem_place place where place.totem = operation.totem))`.execute(db)
  },
}
