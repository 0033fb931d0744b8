import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Database } from './schema.ts'

// Numbered, forward only: one that was shipped is never edited.
const migrations: Record<string, Migration> = {
  '001-first': {
    async up(db: Kysely<unknown>) {
      await sql`
        create table spent_nonce (
          nonce text primary key,
          spent_at timestamptz not null
        )`.execute(db)
      await sql`
        create table session (
          token_hash text primary key,
          totem text not null,
          id_anpr text not null,
          expires_at timestamptz not null
        )`.execute(db)
      await sql`
        create table operation (
          id text primary key,
          totem text not null,
          digest text not null,
          state text not null check (state in ('pending', 'issued', 'refused')),
          received_at timestamptz not null,
          settled_at timestamptz,
          protocol text,
          outcome text,
          refusal text,
          refusal_anpr text,
          check ((state = 'issued') = (outcome is not null)),
          check ((state = 'refused') = (refusal is not null)),
          check ((state = 'pending') = (settled_at is null))
        )`.execute(db)
      await sql`create index operation_totem on operation (totem, received_at)`.execute(db)
      await sql`
        create table journal_head (
          totem text primary key,
          seq integer not null,
          hash text not null
        )`.execute(db)
      await sql`
        create table journal_entry (
          totem text not null,
          seq integer not null,
          at timestamptz not null,
          event text not null,
          severity text not null,
          fields jsonb not null,
          hash text not null,
          primary key (totem, seq)
        )`.execute(db)
    },
  },
}

/** Brings the database up to date; kysely holds an advisory lock meanwhile, so that two gateways may start at once. */
export async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
