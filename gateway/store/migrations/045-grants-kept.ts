import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** When a grant was last used, and last confirmed: without both it counts no more (gateway/console/permissions/grants.ts). */
export const grantsKept: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      alter table console_grant add column used_at timestamptz, add column confirmed_by text, add column confirmed_at timestamptz,
        add check ((confirmed_by is null) = (confirmed_at is null)),
        -- SECURITY: nobody keeps their own grant.
        add check (confirmed_by is null or confirmed_by <> holder)`.execute(db)
    // Those that are there count from now.
    await sql`update console_grant set used_at = now(), confirmed_at = null where approved_at is not null`.execute(db)
  },
}
