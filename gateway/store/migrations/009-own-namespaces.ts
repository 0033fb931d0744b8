import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Operation ids are each totem's own. `anpr_id` is what ANPR knows an operation by: the id, as long as no other totem
 * has used it. Operations that are here already keep theirs, so that ANPR issues none of them again.
 */
export const ownNamespaces: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table operation add anpr_id text, add express boolean not null default false`.execute(db)
    await sql`update operation set anpr_id = id`.execute(db)
    await sql`alter table operation alter column anpr_id set not null`.execute(db)
    await sql`alter table operation drop constraint operation_pkey, add primary key (totem, id)`.execute(db)
    await sql`create unique index operation_anpr on operation (anpr_id)`.execute(db)
    // What a totem has pending is counted at each of its submissions.
    await sql`
      create index operation_pending_totem on operation (totem) include (express, received_at)
      where state = 'pending'`.execute(db)
    for (const name of ['operation_request', 'operation_outcome', 'contrassegno']) {
      const table = sql.table(name)
      await sql`alter table ${table} add totem text`.execute(db)
      await sql`
        update ${table} set totem = operation.totem from operation where operation.id = ${table}.operation`.execute(db)
    }
    for (const name of ['operation_request', 'operation_outcome']) {
      const table = sql.table(name)
      await sql`delete from ${table} where totem is null`.execute(db)
      await sql`
        alter table ${table} drop constraint ${sql.id(`${name}_pkey`)}, add primary key (totem, operation)`.execute(db)
    }
    await sql`
      alter table contrassegno drop constraint contrassegno_operation_key, add unique (totem, operation)`.execute(db)
    // What each totem's sync log brought on the newest day (journal/quota.ts).
    await sql`
      create table journal_day (
        totem text primary key,
        day date not null,
        entries integer not null,
        bytes integer not null,
        chains integer not null
      )`.execute(db)
    // A new database gets its job queue after this.
    const { rows } = await sql<{ queue: string | null }>`select to_regclass('pgboss.job')::text as queue`.execute(db)
    if (rows[0]?.queue == null) return
    await sql`
      update pgboss.job set data = data || jsonb_build_object('totem', operation.totem)
      from operation where operation.id = data ->> 'operation'`.execute(db)
  },
}
