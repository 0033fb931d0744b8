import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * A session and a line of the access log name a caller of a channel (contract/caller.ts), and in `actor` the operator
 * who was there. Rows that exist already are of totems. An operation keeps its `totem`, in whose queue the outcome
 * waits.
 */
export const callers: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of ['session', 'access_log']) {
      const of = sql.table(table)
      await sql`alter table ${of} rename column totem to caller`.execute(db)
      // The default fills existing rows without rewriting them, and then goes.
      await sql`alter table ${of} add channel text not null default 'totem', add actor text`.execute(db)
      await sql`alter table ${of} alter column channel drop default`.execute(db)
    }
    await sql`
      update operation set refusal = 'statement-other-caller' where refusal = 'statement-other-totem'`.execute(db)
  },
}
