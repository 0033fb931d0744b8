import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { pino } from 'pino'
import { DAY_MS } from '../../basics/time.ts'
import type { LogFilter } from '../../contract/console/log.ts'
import { FIRST_PREVIOUS } from '../../contract/journal.ts'
import { openAsActor } from '../../gateway/console/as-actor.ts'
import { searchLog } from '../../gateway/console/log/search.ts'
import { NO_SIGHT, type Sight } from '../../gateway/console/permissions/matrix.ts'
import { takeIn } from '../../gateway/journal/intake.ts'
import { withJournals } from '../../gateway/journal/tables.ts'
import { bounds } from '../../gateway/settings/config.ts'
import { migrate } from '../../gateway/store/migrations.ts'
import type { Database, Tables } from '../../gateway/store/schema.ts'
import { startPostgres } from '../support/gateway/postgres.ts'
import { chainOf } from '../support/journal/chain.ts'
import { type Figure, median } from './report.ts'

/** Entries on the database, one size after the other. `LOG=1e6,1e7 npm run bench -- log` measures those. */
const SIZES = (process.env.LOG ?? '1e5,4e5').split(',').map(Number)
const [TOTEMS, BATCH, MONTHS, ROUNDS, CHUNK] = [6_933, 30, 36, 9, 1_000_000]
const GOAL_MS = 300
const YEARS_MS = 3 * 365 * DAY_MS

const ALL: Sight = { ...NO_SIGHT, fleet: true }
const UMBRIA: Sight = { ...ALL, role: 'CAMPO', fleet: false, regions: ['10'] }

/**
 * How long a page of the log's search takes, as the console asks it (its own role, row level security), with more and more
 * entries of the whole fleet over three years. They lie as in earnest: a batch of one totem has one instant; one entry in 40
 * is a warning, one in 2,000 an alarm, and the rarest event is one in 200,000.
 */
export async function logFigures(): Promise<Figure[]> {
  const postgres = await startPostgres()
  const log = pino({ level: 'silent' })
  try {
    const url = await postgres.database()
    const pool = new pg.Pool({ connectionString: url, max: 4 })
    pool.on('error', () => undefined)
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    const now = new Date()
    await prepare(db, now)
    const { asActor, close } = await openAsActor(
      { db, embedded: false },
      url.replace('//totem@', '//totem_console@'),
      log,
    )
    const told = new Map<string, { unit: string; values: { what: string; value: number }[] }>()
    for (const [index, size] of SIZES.entries()) {
      const note = (what: string, value: number, unit = 'ms') => {
        const known = told.get(what) ?? { unit, values: [] }
        known.values.push({ what: `${(size / 1e6).toLocaleString('en-GB')} million entries`, value })
        told.set(what, known)
      }
      await fill(db, SIZES[index - 1] ?? 0, size, now)
      const { rows } = await sql<{ bytes: number }>`
        select sum(pg_total_relation_size(inhrelid))::float8 as bytes from pg_inherits
        where inhparent = 'journal_entry'::regclass`.execute(db)
      note('an entry on the disk, indexes included', (rows[0]?.bytes ?? 0) / size, 'bytes')
      const middle = new Date(+now - YEARS_MS / 2).toISOString()
      const week = new Date(+now - 7 * DAY_MS).toISOString()
      const asked: [string, LogFilter, Sight][] = [
        ['the newest, whole fleet', {}, ALL],
        ['the newest, in sight of one region', {}, UMBRIA],
        ['from the middle of three years', { until: middle }, ALL],
        ['alarms of a region', { severity: 'alarm', region: '12' }, ALL],
        ['warnings of a region and a week', { severity: 'warn', region: '12', from: week }, ALL],
        ['the rarest event', { event: 'totem.cloned' }, ALL],
        ['one totem', { totem: 'TT-3466' }, ALL],
        ['alarms of one totem', { totem: 'TT-3466', severity: 'alarm' }, ALL],
        ['one operation', { operation: await anOperation(db, middle) }, ALL],
      ]
      for (const [name, filter, sight] of asked)
        note(
          `page: ${name}`,
          await medianOf(() => asActor('a', sight, (transaction) => searchLog(transaction, filter, undefined, 100))),
        )
      note('a batch of 30 entries taken in', await intake(db))
    }
    await close()
    await db.destroy()
    return [...told].map(([what, { unit, values }]) => {
      const last = values.at(-1)
      const goal = unit === 'ms' ? ({ at: 'most', value: GOAL_MS } as const) : null
      return {
        what: `Log, ${last?.what}: ${what}`,
        ...{ value: last?.value ?? 0, unit, goal, references: values.slice(0, -1) },
      }
    })
  } finally {
    await postgres.stop()
  }
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  return median(times)
}

async function prepare(db: Database, now: Date): Promise<void> {
  await migrate(db)
  await sql`create role totem_console login`.execute(db)
  await sql`grant usage on schema public to totem_console`.execute(db)
  await sql`
    select make_journal_month(${now}::timestamptz - make_interval(months => back))
    from generate_series(0, ${sql.lit(MONTHS)}) back`.execute(db)
  await sql`
    insert into totem_place (totem, office, name, region)
    select 'TT-' || lpad(n::text, 4, '0'), 'UP-' || n, 'Ufficio ' || n, lpad((n % 20 + 1)::text, 2, '0')
    from generate_series(1, ${sql.lit(TOTEMS)}) n`.execute(db)
}

/** Entries `from` to `upTo`, all over the three years. */
async function fill(db: Database, from: number, upTo: number, now: Date): Promise<void> {
  const since = new Date(+now - YEARS_MS)
  const batches = (upTo - from) / BATCH
  for (let first = from; first < upTo; first += CHUNK)
    await sql`
      insert into journal_entry (totem, chain, seq, hash, at, event, severity, fields, received_at)
      select 'TT-' || lpad((batch % ${sql.lit(TOTEMS)} + 1)::text, 4, '0'), '01KB0000000000000000000000',
        batch / ${sql.lit(TOTEMS)} * ${sql.lit(BATCH)} + n % ${sql.lit(BATCH)} + 1, md5(n::text) || md5((-n)::text),
        received - interval '40 seconds', event,
        case when event in ('totem.cloned', 'storage.low') then 'alarm' when event = 'clock.differs' then 'warn' else 'info' end,
        case event when 'request.issued' then jsonb_build_object('operation', '01KB' || lpad(n::text, 22, '0'))
          else '{"status":"ready"}' end, received
      from generate_series(${sql.lit(first)}, ${sql.lit(Math.min(first + CHUNK, upTo) - 1)}) n,
      lateral (select n / ${sql.lit(BATCH)} as batch) as batched,
      lateral (select ${since}::timestamptz
        + (batch - ${sql.lit(from / BATCH)}) / ${sql.lit(batches)}::float8 * make_interval(secs => ${sql.lit(YEARS_MS / 1_000)})
          as received, case when n % 200000 = 7 then 'totem.cloned' when n % 2000 = 7 then 'storage.low'
          when n % 40 = 7 then 'clock.differs' when n % 5 = 0 then 'request.issued' else 'printer.changed' end as event) as told`.execute(
      db,
    )
  await sql`vacuum analyze journal_entry`.execute(db)
}

async function anOperation(db: Database, after: string): Promise<string> {
  const { rows } = await sql<{ operation: string }>`
    select operation from journal_entry where operation is not null and received_at > ${after}::timestamptz
    order by received_at limit 1`.execute(db)
  return rows[0]?.operation ?? ''
}

/** Batch after batch of one totem, as its gateway takes them in. */
async function intake(db: Database): Promise<number> {
  const room = {
    ...{ db: withJournals(db), keys: { sign: async () => 'jws', anchors: [] }, bounds: bounds.parse({}) },
    ...{ now: () => new Date(), log: pino({ level: 'silent' }) },
  }
  let end = { seq: 0, hash: FIRST_PREVIOUS }
  const totem = `ZZ-${String(Date.now()).slice(-4)}`
  return medianOf(async () => {
    const entries = chainOf(totem, BATCH, end)
    end = entries.at(-1) ?? end
    await takeIn(room, totem, { entries, base: null })
  })
}
