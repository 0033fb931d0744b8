import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { type ConstructorOptions, fromPglite, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { type Heard, listen } from './listener.ts'
import { migrate } from './migrations.ts'
import { preparing } from './prepared.ts'
import type { Database, Tables } from './schema.ts'

/** One gateway's share, with those of the job queue and of `byKey` below, of PostgreSQL's 100 connections. */
const CONNECTIONS = 10
const QUEUE_CONNECTIONS = 4
/** Lines of the access log and settlements are written by one statement at a time each (grouped.ts). */
const BY_KEY_CONNECTIONS = 2
/**
 * PostgreSQL would plan a settlement, of a dozen parts, anew for each number of items; planning took as long as doing.
 * One plan must be good also when the tables have grown since: so it looks each row up in the index of its key.
 */
const ONE_PLAN = {
  options: [
    'jit=off',
    'plan_cache_mode=force_generic_plan',
    'enable_seqscan=off',
    'enable_hashjoin=off',
    'enable_mergejoin=off',
  ]
    .map((setting) => `-c ${setting}`)
    .join(' '),
}
/**
 * PostgreSQL compiles a statement that it expects to be dear. Row level security makes it expect far too much, and to compile a
 * look at the fleet took ten times as long as the look.
 */
export const NOT_COMPILED = { options: '-c jit=off' }
/**
 * The queue's own steps need not wait for the disk: a job that was taken, touched or put off and is not after a crash is
 * carried out again, to the same effect. Jobs begin and end in transactions of the other connections. pg-boss hands
 * this on to pg.
 */
const QUEUE_STEPS = { options: '-c synchronous_commit=off' }
/** How long after its last heartbeat pg-boss takes the jobs from a gateway that died. */
const SUPERVISE_S = 3

/** Everything lies in one database: kysely reads our tables, pg-boss keeps the work toward ANPR. */
export interface Store {
  db: Database
  /**
   * The same database, for statements that come very often and find each row by its key: a statement has one plan,
   * whatever its values. A statement with a range needs `db`, where PostgreSQL looks at the values.
   */
  byKey: Database
  boss: PgBoss
  /** No other gateway is on this database. */
  embedded: boolean
  /** Listens to other gateways on a channel; the function that it answers ends that. Null where there are no others. */
  listen: ((channel: string, heard: Heard) => () => Promise<void>) | null
  /** How many queries wait for a connection to the database. */
  waiting(): number
  /** Does the database answer now? It was migrated before the gateway listened. */
  answers(): Promise<boolean>
  close(): Promise<void>
}

/** PostgreSQL by its URL, or the embedded one in `dataDir`; migrated and ready. */
export async function openStore(
  { databaseUrl, dataDir }: { databaseUrl: string | null; dataDir: string },
  log: Logger,
): Promise<Store> {
  const { dialect, oncePlanned, queue, waiting } = databaseUrl ? postgres(databaseUrl, log) : await embedded(dataDir)
  const db = new Kysely<Tables>({ dialect })
  const byKey = oncePlanned ? new Kysely<Tables>({ dialect: oncePlanned }) : db
  const destroy = () => Promise.all([...new Set([db, byKey])].map((each) => each.destroy()))
  const boss = new PgBoss({
    ...queue,
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_S,
    monitorIntervalSeconds: SUPERVISE_S,
  })
  boss.on('error', (error) => log.warn({ kind: 'queue-error', code: (error as { code?: unknown }).code }))
  boss.on('warning', ({ message }) => log.warn({ kind: 'queue-warning', message }))
  try {
    await migrate(db)
    await boss.start()
  } catch (reason) {
    await destroy()
    throw reason
  }
  return {
    db,
    byKey,
    boss,
    embedded: databaseUrl === null,
    listen: databaseUrl === null ? null : (channel, heard) => listen(databaseUrl, channel, heard, log),
    waiting,
    answers: () => answers(db),
    close: async () => {
      await boss.stop({ graceful: false })
      await destroy()
    },
  }
}

/** A database that is slower than this does not count as there. */
const READY_MS = 2_000

async function answers(db: Database): Promise<boolean> {
  const late = new AbortController()
  try {
    return await Promise.race([
      sql`select 1`.execute(db).then(() => true),
      delay(READY_MS, false, { signal: late.signal }),
    ])
  } catch {
    return false
  } finally {
    late.abort()
  }
}

interface Engine {
  dialect: PostgresDialect | PGliteDialect
  /** Null: the embedded database has one connection for all. */
  oncePlanned: PostgresDialect | null
  queue: ConstructorOptions
  waiting(): number
}

function postgres(connectionString: string, log: Logger): Engine {
  // No statement_timeout: PostgreSQL would also end a commit's wait for the standby, and call it committed.
  const all = { connectionString, connectionTimeoutMillis: 10_000, keepAlive: true }
  const pool = new pg.Pool({ ...all, max: CONNECTIONS, ...NOT_COMPILED })
  const byKey = new pg.Pool({ ...all, max: BY_KEY_CONNECTIONS, ...ONE_PLAN })
  // A connection may break when it is idle or between two statements; without a listener its error would end the
  // process.
  const onLost = (error: Error) =>
    log.warn({ kind: 'database-connection-lost', code: (error as { code?: string }).code })
  for (const each of [pool, byKey]) {
    each.on('error', onLost)
    each.on('connect', (client) => client.on('error', onLost))
  }
  return {
    dialect: new PostgresDialect({ pool: preparing(pool) }),
    oncePlanned: new PostgresDialect({ pool: preparing(byKey) }),
    queue: { connectionString, max: QUEUE_CONNECTIONS, ...QUEUE_STEPS },
    waiting: () => pool.waitingCount + byKey.waitingCount,
  }
}

async function embedded(dataDir: string): Promise<Engine> {
  const folder = join(dataDir, 'database')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const pglite = new PGlite(folder)
  return {
    dialect: new PGliteDialect({ pglite }),
    oncePlanned: null,
    queue: { db: fromPglite(pglite), backend: 'pglite' },
    waiting: () => 0,
  }
}
