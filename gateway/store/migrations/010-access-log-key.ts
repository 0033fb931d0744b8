import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** By which key the access log names persons (access/references.ts): one row, made with the key. */
export const accessLogKey: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table access_log_key (
        only_one boolean primary key default true check (only_one),
        check_value text not null
      )`.execute(db)
  },
}
