import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import pgBoss from 'pg-boss/package.json' with { type: 'json' }
import { journalChain } from './migrations/003-journal-chain.ts'
import { callers } from './migrations/006-callers.ts'
import { contrassegno } from './migrations/007-contrassegno.ts'
import { logins } from './migrations/008-logins.ts'
import { ownNamespaces } from './migrations/009-own-namespaces.ts'
import { accessLogKey } from './migrations/010-access-log-key.ts'
import { anprIds } from './migrations/011-anpr-ids.ts'
import { anprCalls } from './migrations/012-anpr-calls.ts'
import { payments } from './migrations/013-payments.ts'
import { handovers } from './migrations/015-handovers.ts'
import { letters } from './migrations/016-letters.ts'
import { ownRequests } from './migrations/017-own-requests.ts'
import { oldPayments } from './migrations/018-old-payments.ts'
import { bulkJob } from './migrations/019-bulk-job.ts'
import { lettersTold } from './migrations/020-letters-told.ts'
import { releases } from './migrations/024-releases.ts'
import { enrolment } from './migrations/025-enrolment.ts'
import { sessionComune } from './migrations/026-session-comune.ts'
import { consolePeople } from './migrations/030-console-people.ts'
import { consoleFleet } from './migrations/031-console-fleet.ts'
import { consoleAlarms } from './migrations/032-console-alarms.ts'
import { consoleOperations } from './migrations/033-console-operations.ts'
import { service } from './migrations/037-service.ts'
import { consoleConditions } from './migrations/038-console-conditions.ts'
import { consoleMaintenance } from './migrations/039-console-maintenance.ts'
import { journalMonths } from './migrations/040-journal-months.ts'
import { auditAges } from './migrations/041-audit-ages.ts'
import { commands } from './migrations/042-commands.ts'
import { consolePayments } from './migrations/043-console-payments.ts'
import { polis } from './migrations/044-polis.ts'
import { grantsKept } from './migrations/045-grants-kept.ts'
import { objectives } from './migrations/049-objectives.ts'
import { consoleViews } from './migrations/050-console-views.ts'
import { enti } from './migrations/051-enti.ts'
import { oneSide } from './migrations/052-one-side.ts'
import { bulkRequests } from './migrations/053-bulk-requests.ts'
import { statistics } from './migrations/056-statistics.ts'
import { operatorCards } from './migrations/058-operator-cards.ts'
import { counter } from './migrations/059-counter.ts'
import { readiness } from './migrations/060-readiness.ts'
import { bulkDownloads } from './migrations/063-bulk-downloads.ts'
import { history } from './migrations/064-history.ts'
import { reminders } from './migrations/067-reminders.ts'
import { DatabaseIsNewer } from './refusals.ts'
import type { Database } from './schema.ts'

// Numbered and forward only: a migration that was shipped is never edited.
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
  '002-work': {
    async up(db: Kysely<unknown>) {
      // Ciphertext does not compress: trying costs more than writing it as it is.
      await sql`create table operation_request (operation text primary key, sealed text not null)`.execute(db)
      await sql`alter table operation_request alter column sealed set storage external`.execute(db)
      await sql`create table operation_outcome (operation text primary key, sealed text not null)`.execute(db)
      await sql`alter table operation_outcome alter column sealed set storage external`.execute(db)
      await sql`create table outcome_counter (totem text primary key, last integer not null)`.execute(db)
      await sql`alter table operation add number integer, add delivered_at timestamptz`.execute(db)
      await sql`
        insert into operation_outcome (operation, sealed)
        select id, outcome from operation where outcome is not null`.execute(db)
      await sql`
        update operation set number = settled.number
        from (
          select id, row_number() over (partition by totem order by settled_at, id) as number
          from operation where state <> 'pending'
        ) settled
        where settled.id = operation.id`.execute(db)
      await sql`
        insert into outcome_counter (totem, last)
        select totem, max(number) from operation where number is not null group by totem`.execute(db)
      // The column's check goes with it.
      await sql`alter table operation drop column outcome`.execute(db)
      await sql`
        create unique index operation_number on operation (totem, number) where number is not null`.execute(db)
      await sql`
        create index operation_undelivered on operation (totem, number)
        where number is not null and delivered_at is null`.execute(db)
      await sql`create index operation_pending on operation (received_at) where state = 'pending'`.execute(db)
      await sql`create index operation_held on operation (settled_at) where number is not null`.execute(db)
      await sql`
        create table access_log (
          id bigint generated always as identity primary key,
          at timestamptz not null,
          totem text not null,
          operation text not null,
          requester text,
          subject text,
          types text not null,
          exemption text not null,
          outcome text not null,
          protocol text,
          anpr_operation text,
          pdf_sha256 text
        )`.execute(db)
      await sql`create index access_log_at on access_log (at)`.execute(db)
      await sql`
        create table heartbeat (
          totem text primary key,
          received_at timestamptz not null,
          body jsonb not null
        )`.execute(db)
    },
  },
  '003-journal-chain': journalChain,
  '004-consultations': {
    async up(db: Kysely<unknown>) {
      await sql`alter table access_log alter column operation drop not null, alter column exemption drop not null`.execute(
        db,
      )
      await sql`alter table session add requester text`.execute(db)
    },
  },
  '005-retention': {
    async up(db: Kysely<unknown>) {
      // A totem's own clock says nothing of how long its entries were here. Entries that are here already count from
      // today.
      await sql`alter table journal_entry add received_at timestamptz not null default now()`.execute(db)
      // Rows lie in the order of their age: a BRIN index takes a few pages, and a tree would be as large as the hashes.
      await sql`create index journal_entry_received on journal_entry using brin (received_at)`.execute(db)
      // A request of 3.5 KB stays in its row. Outside it would be cut in two, found by another index and erased apart.
      await sql`alter table operation_request set (toast_tuple_target = 8160)`.execute(db)
    },
  },
  '006-callers': callers,
  '007-contrassegno': contrassegno,
  '008-logins': logins,
  '009-own-namespaces': ownNamespaces,
  '010-access-log-key': accessLogKey,
  '011-anpr-ids': anprIds,
  '012-anpr-calls': anprCalls,
  '013-payments': payments,
  '015-handovers': handovers,
  '016-letters': letters,
  '017-own-requests': ownRequests,
  '018-old-payments': oldPayments,
  '019-bulk-job': bulkJob,
  '020-letters-told': lettersTold,
  '024-releases': releases,
  '025-enrolment': enrolment,
  '026-session-comune': sessionComune,
  '030-console-people': consolePeople,
  '031-console-fleet': consoleFleet,
  '032-console-alarms': consoleAlarms,
  '033-console-operations': consoleOperations,
  '037-service': service,
  '038-console-conditions': consoleConditions,
  '039-console-maintenance': consoleMaintenance,
  '040-journal-months': journalMonths,
  '041-audit-ages': auditAges,
  '042-commands': commands,
  '043-console-payments': consolePayments,
  '044-polis': polis,
  '045-grants-kept': grantsKept,
  '049-objectives': objectives,
  '050-console-views': consoleViews,
  '051-enti': enti,
  '052-one-side': oneSide,
  '053-bulk-requests': bulkRequests,
  '056-statistics': statistics,
  '058-operator-cards': operatorCards,
  '059-counter': counter,
  '060-readiness': readiness,
  '063-bulk-downloads': bulkDownloads,
  '064-history': history,
  '067-reminders': reminders,
}

/** Takes a database from one version to another. */
export const migratorOf = (db: Database) => new Migrator({ db, provider: { getMigrations: async () => migrations } })

/**
 * Brings the database up to date; kysely holds an advisory lock meanwhile, so that two gateways may start at once.
 * Throws `DatabaseIsNewer` before it changes anything in a database that a newer program has migrated.
 */
export async function migrate(db: Database): Promise<void> {
  await refuseNewer(db)
  const { error } = await migratorOf(db).migrateToLatest()
  if (error) throw error
}

/** The migrations that a database has and this program has not, and a schema of pg-boss that is newer than its own. */
async function refuseNewer(db: Database): Promise<void> {
  const isThere = async (table: string) => {
    const { rows } = await sql<{ there: boolean }>`select to_regclass(${table}) is not null as there`.execute(db)
    return rows[0]?.there ?? false
  }
  if (await isThere('kysely_migration')) {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
    if (rows.some(({ name }) => !(name in migrations))) throw new DatabaseIsNewer()
  }
  if (await isThere('pgboss.version')) {
    const { rows } = await sql<{ version: number }>`select version::integer from pgboss.version`.execute(db)
    if (rows.some(({ version }) => version > pgBoss.pgboss.schema)) throw new DatabaseIsNewer()
  }
}
