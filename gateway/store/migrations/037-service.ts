import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Grants: whose card may work on which totem, and the two operators who said so (gateway/service/). */
export const service: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table service_grant (
        number integer generated always as identity primary key,
        card text not null,
        totem text,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        proposed_by text not null,
        proposed_at timestamptz not null,
        approved_by text,
        approved_at timestamptz,
        revoked_by text,
        revoked_at timestamptz,
        check (ends_at > starts_at),
        check (approved_by is null or approved_by <> proposed_by),
        check ((approved_by is null) = (approved_at is null)),
        check ((revoked_by is null) = (revoked_at is null))
      )`.execute(db)
    await sql`create index service_grant_ends on service_grant (ends_at)`.execute(db)
  },
}
