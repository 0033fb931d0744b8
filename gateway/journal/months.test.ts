import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate, migratorOf } from '../store/migrations.ts'
import type { Tables } from '../store/schema.ts'
import { dropOldestMonth, makeMonths } from './months.ts'
import { withJournals } from './tables.ts'

// The months of the sync logs: those of a database that had one table for all, those to come, and those that go.

const [CHAIN, FORKED] = ['01KB0000000000000000000001', '01KB0000000000000000000002']
const store = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
const db = withJournals(store)

const entry = (chain: string, seq: number, at: string, hash = `h${seq}`) =>
  sql`
    insert into journal_entry (totem, chain, seq, hash, at, event, severity, fields, received_at)
    values ('PG-0001', ${chain}, ${seq}, ${hash}, ${at}::timestamptz, 'request.issued', 'info',
      '{"operation":"01KB0000000000000000000009"}', ${at}::timestamptz)`.execute(store)
const held = async () =>
  (await db.selectFrom('journal_entry').select(['chain', 'seq']).orderBy('chain').orderBy('seq').execute()).map(
    ({ chain, seq }) => `${chain.at(-1)}.${seq}`,
  )
const bases = async () =>
  (await db.selectFrom('journal_base').select(['chain', 'hash']).orderBy('chain').orderBy('hash').execute()).map(
    ({ chain, hash }) => `${chain.at(-1)}.${hash}`,
  )
const months = async () =>
  (
    await sql<{ name: string }>`
      select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'journal_entry'::regclass order by relname`.execute(store)
  ).rows.map(({ name }) => name.slice(-7))
const drop = (from: string) => dropOldestMonth(db, sql`${new Date(from)}::timestamptz`)

beforeAll(async () => {
  await migratorOf(store).migrateTo('037-service')
  for (const [seq, at] of [
    [1, '2021-01-15T10:00:00Z'],
    [2, '2021-01-31T23:59:59.999Z'],
    [3, '2021-02-01T00:00:00Z'],
    [4, '2021-03-10T10:00:00Z'],
  ] as const)
    await entry(CHAIN, seq, at)
  await migrate(store)
})
afterAll(() => store.destroy())

test('what was there lies in its months, and the months from then until three after today are there', async () => {
  expect(await held()).toEqual(['1.1', '1.2', '1.3', '1.4'])
  const now = new Date()
  expect(await months()).toHaveLength((now.getUTCFullYear() - 2021) * 12 + now.getUTCMonth() + 1 + 3)
  expect(await months()).toContain('2021_02')
  const before = await months()
  await makeMonths(store)
  expect(await months()).toEqual(before)
  // Found by its operation, which is read of the entry itself.
  const { rows } = await sql<{ n: number }>`
    select count(*)::integer as n from journal_entry where operation = '01KB0000000000000000000009'`.execute(store)
  expect(rows).toEqual([{ n: 4 }])
})

test('the same entry does not lie there twice', async () => {
  await expect(entry(CHAIN, 4, '2021-03-10T10:00:00Z')).rejects.toMatchObject({ code: '23505' })
})

test('a month goes as a whole, and what the next one hangs on stays', async () => {
  // A month counts when all of it is old enough.
  expect(await drop('2021-01-31T23:00:00Z')).toBe(false)
  expect(await drop('2021-02-01T00:00:00Z')).toBe(true)
  expect(await drop('2021-02-01T00:00:00Z')).toBe(false)
  expect(await held()).toEqual(['1.3', '1.4'])
  expect(await bases()).toEqual(['1.h2'])
  // The base of the month that has gone too is of no use; the end of a chain stays when all of it is gone.
  expect(await drop('2021-04-01T00:00:00Z')).toBe(true)
  expect(await bases()).toEqual(['1.h3'])
  expect(await drop('2021-04-01T00:00:00Z')).toBe(true)
  expect([await held(), await bases()]).toEqual([[], ['1.h4']])
})

test('of a chain with two histories both go on', async () => {
  await sql`
    insert into journal_trouble (totem, chain, kind, seq, seen_at) values ('PG-0001', ${FORKED}, 'fork', 2, now())`.execute(
    store,
  )
  for (const [seq, hash] of [
    [1, 'h1'],
    [2, 'a2'],
    [2, 'b2'],
    [3, 'b3'],
  ] as const)
    await entry(FORKED, seq, '2021-04-10T10:00:00Z', hash)
  await entry(FORKED, 3, '2021-05-10T10:00:00Z', 'a3')
  expect(await drop('2021-05-01T00:00:00Z')).toBe(true)
  expect(await held()).toEqual(['2.3'])
  expect(await bases()).toEqual(expect.arrayContaining(['1.h4', '2.a2', '2.b3']))
  expect(await bases()).not.toContain('2.h1')
})
