import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csvRows } from '../../../basics/csv.ts'
import { clockOf, type FoundEntry, type LogFilter, logFilter, logSearch } from '../../../contract/console/log.ts'
import { regions } from '../../../contract/console/regions.ts'
import { type ExportedLine, FIRST_PREVIOUS, JOURNAL_ANCHOR_TYP } from '../../../contract/journal.ts'
import { migratedTables } from '../../../test/support/gateway/database.ts'
import { checkLog, entryHash } from '../../../trust/sync-log.ts'
import { type ConsoleTransaction, withConsole } from '../tables.ts'
import { logFile } from './file.ts'
import { judgeLog, proofLines } from './proof.ts'
import { searchLog } from './search.ts'

// The search of the sync logs against a plain filter over the same entries, and what leaves as a file.

const NOW = new Date('2026-11-20T10:00:00.000Z')
const CHAIN = '01KB0000000000000000000001'
const OPERATIONS = ['01KB0000000000000000000007', '01KB0000000000000000000008']
const PLACES = { 'PG-0001': ['PG-101', '10'], 'PG-0002': ['PG-101', '10'], 'RM-0003': ['RM-301', '12'] } as const
const TOTEMS = [...Object.keys(PLACES), 'ZZ-0009']
const EVENTS = [
  ['totem.stopped', 'info', () => ({})],
  ['request.issued', 'info', (n: number) => ({ operation: OPERATIONS[n % 2] ?? '' })],
  ['storage.low', 'alarm', () => ({ freeMb: 7 })],
  ['clock.differs', 'warn', (n: number) => ({ aheadS: n })],
] as const

const store = await migratedTables()
const db = withConsole(store)
const seen = <T>(work: (transaction: ConsoleTransaction) => Promise<T>) => db.transaction().execute(work)
let all: (FoundEntry & { micros: bigint })[] = []

beforeAll(async () => {
  for (const month of ['2026-09-01', '2026-10-01', '2026-11-01'])
    await sql`select make_journal_month(${`${month}T12:00:00Z`}::timestamptz)`.execute(store)
  for (const [totem, [office, region]] of Object.entries(PLACES))
    await sql`insert into totem_place (totem, office, name, region) values (${totem}, ${office}, ${office}, ${region})`.execute(
      store,
    )
  for (const [place, totem] of TOTEMS.entries()) {
    let previous = FIRST_PREVIOUS
    for (let seq = 1; seq <= 40; seq++) {
      const [event, severity, fieldsOf] = EVENTS[(seq * (place + 3)) % EVENTS.length] ?? EVENTS[0]
      // Three entries of one instant, by a database that counts microseconds; some totems' clocks are ten years off.
      const received = new Date(Date.parse('2026-09-28T00:00:00.000Z') + Math.floor(seq / 3) * 4 * 3_600_000)
      const at = new Date(+received - (seq % 10 === 0 ? 10 * 365 * 86_400_000 : 1_000)).toISOString()
      const entry = { totem, chain: CHAIN, seq, at, event, severity, fields: fieldsOf(seq), previous }
      const hash = entryHash(entry)
      const micros = BigInt(+received) * 1_000n + BigInt(seq % 2)
      await sql`
        insert into journal_entry (totem, chain, seq, hash, at, event, severity, fields, received_at)
        values (${totem}, ${CHAIN}, ${seq}, ${hash}, ${at}::timestamptz, ${event}, ${severity},
          ${JSON.stringify(entry.fields)}::jsonb, timestamptz 'epoch' + ${String(micros)}::bigint * interval '1 microsecond')`.execute(
        store,
      )
      const [office, region] = PLACES[totem as keyof typeof PLACES] ?? [null, null]
      const { previous: _, ...told } = entry
      all.push({ ...told, hash, receivedAt: received.toISOString(), office, region, micros } as (typeof all)[number])
      previous = hash
    }
  }
  const key = ({ micros, totem, seq }: (typeof all)[number]) => `${micros} ${totem} ${String(seq).padStart(4, '0')}`
  all = all.toSorted((one, other) => (key(one) < key(other) ? 1 : -1))
})
afterAll(() => store.destroy())

const instants = fc
  .integer({ min: Date.parse('2026-09-27T00:00:00Z'), max: Date.parse('2026-10-02T00:00:00Z') })
  .map((at) => new Date(at).toISOString())
const filters = fc.record(
  {
    event: fc.constantFrom(...EVENTS.map(([event]) => event)),
    severity: fc.constantFrom('warn', 'alarm'),
    totem: fc.constantFrom(...TOTEMS),
    office: fc.constantFrom('PG-101', 'RM-301', 'XX-1'),
    region: fc.constantFrom('10', '12', '20'),
    from: instants,
    until: instants,
    operation: fc.constantFrom(...OPERATIONS),
  },
  { requiredKeys: [] },
)
const isFound = (entry: (typeof all)[number], filter: LogFilter) =>
  (filter.event === undefined || entry.event === filter.event) &&
  (filter.severity === undefined || entry.severity === 'alarm' || entry.severity === filter.severity) &&
  (['totem', 'office', 'region'] as const).every((key) => filter[key] === undefined || entry[key] === filter[key]) &&
  (filter.from === undefined || entry.micros >= BigInt(Date.parse(filter.from)) * 1_000n) &&
  (filter.until === undefined || entry.micros < BigInt(Date.parse(filter.until)) * 1_000n) &&
  (filter.operation === undefined || entry.fields.operation === filter.operation)

test('any filter finds what it names, page by page, each entry once and newest first', async () => {
  await fc.assert(
    fc.asyncProperty(filters, fc.integer({ min: 1, max: 30 }), async (asked, size) => {
      // As it stands in an address.
      const filter = logFilter.parse(Object.fromEntries(new URLSearchParams(Object.entries(asked))))
      const found: FoundEntry[] = []
      for (let before: string | null | undefined; before !== null; ) {
        const cursor: string | undefined = before
        const page = await seen((transaction) => searchLog(transaction, filter, cursor, size))
        expect(page?.entries.length).toBeLessThanOrEqual(size)
        found.push(...(page?.entries ?? []))
        before = page?.next ?? null
      }
      expect(found).toEqual(all.filter((entry) => isFound(entry, filter)).map(({ micros: _, ...entry }) => entry))
    }),
    { numRuns: 60 },
  )
})

test('no text makes a filter or a cursor of what is none', async () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom("' or 1=1 --", '<script>alert(1)</script>', '=HYPERLINK("x")', '\u0000', 'PG-0001%', '９'),
    // A time before the database's first one.
    fc.constant(`-${'9'.repeat(18)}`),
  )
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      for (const key of ['event', 'severity', 'totem', 'region', 'from', 'until', 'operation'] as const)
        if (!all.some((entry) => entry[key as 'event'] === text) && !(key === 'region' && Object.hasOwn(regions, text)))
          expect(logSearch.safeParse({ [key]: text }).success, key).toBe(false)
      expect(logSearch.safeParse({ [text]: '1' }).success).toBe(false)
      const hash = '0'.repeat(64)
      const pieces = ['1700000000000000', 'PG-0001', CHAIN, 1, hash]
      const cursors = pieces.map((_, at) => Buffer.from(JSON.stringify(pieces.with(at, text))).toString('base64url'))
      // A number alone is a time: it finds what came before it, as any time does.
      if (/^\d{1,17}$/.test(text)) cursors.shift()
      for (const before of [text, ...cursors])
        expect(await seen((transaction) => searchLog(transaction, {}, before, 10))).toBeNull()
    }),
    { numRuns: 100 },
  )
})

test('a file has every entry, its sentence in Italian, and says whose clock was wrong', async () => {
  const whole = async (format: 'csv' | 'ndjson', filter: LogFilter = {}) => {
    let text = ''
    for await (const part of logFile(filter, format, seen, NOW).text) text += part
    return text
  }
  const [head, ...rows] = csvRows(await whole('csv'))
  expect([head?.[0], rows.length]).toEqual(['ricevuta dal gateway (UTC)', all.length])
  expect(rows.find(([, , clock]) => clock === 'orologio indietro')?.slice(0, 2)).toEqual([
    expect.stringContaining('2026-'),
    expect.stringContaining('2016-'),
  ])
  expect(rows.find(([, , , , , , , event]) => event === 'totem.stopped')?.[8]).toBe('Totem fermato')
  const lines = (await whole('ndjson', { severity: 'alarm' })).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).severity)).toEqual(
    all.filter(({ severity }) => severity === 'alarm').map(() => 'alarm'),
  )
  expect(clockOf({ at: '2036-11-20T10:00:00.000Z', receivedAt: '2026-11-20T10:00:00.000Z' })).toBe('ahead')
})

test('a reader whose grant has ended has no whole file', async () => {
  let pages = 0
  const cut = <T>(work: (transaction: ConsoleTransaction) => Promise<T>) => {
    if (pages++ > 0) throw new Error('the grant has ended')
    return seen(work)
  }
  const { text } = logFile({}, 'ndjson', cut, NOW)
  const parts: string[] = []
  // Fewer entries than a page: the second look is that of a proof, which asks chain by chain.
  for await (const part of text) parts.push(String(part))
  expect(parts.join('').split('\n')).toHaveLength(all.length + 1)
  await expect(linesOf({ ...proving(), seen: cut })).rejects.toThrow('has ended')
})

const signed = async (typ: string, payload: object) =>
  [{ alg: 'none', typ }, payload, {}].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
const linesOf = async (asked: Parameters<typeof proofLines>[0]) => {
  const lines: ExportedLine[] = []
  for await (const line of proofLines(asked)) lines.push(line)
  return lines
}
const proving = (range: { from?: string; until?: string } = {}) => ({
  ...{ totem: 'PG-0001', range, seen, now: () => NOW },
  keys: { sign: (typ: string, payload: object) => signed(typ, payload) },
})

test('the proof of a range begins and ends with signed heads; a changed byte or a missing entry is found', async () => {
  const range = { from: '2026-09-28T08:00:00.000Z', until: '2026-09-29T00:00:00.000Z' }
  const lines = await linesOf(proving(range))
  const entries = lines.filter((line) => !('anchor' in line))
  expect(entries.map((line) => 'seq' in line && line.seq)).toEqual(Array.from({ length: 12 }, (_, n) => n + 6))
  expect([lines[0], lines.at(-1)].every((line) => line && 'anchor' in line)).toBe(true)
  expect(
    JSON.parse(Buffer.from(String((lines[0] as { anchor: string }).anchor.split('.')[0]), 'base64url').toString()).typ,
  ).toBe(JOURNAL_ANCHOR_TYP)
  expect(checkLog(lines)).toMatchObject({ count: 12, faults: [], chains: [{ from: 6, upTo: 17, anchored: 17 }] })
  const text = lines.map((line) => JSON.stringify(line))
  for (let at = 1; at < lines.length - 1; at++) {
    expect(checkLog(lines.toSpliced(at, 1)).faults).toHaveLength(1)
    const changed = JSON.parse((text[at] ?? '').replace(/"at":"20(\d)/, '"at":"30$1'))
    expect(checkLog(lines.toSpliced(at, 1, changed)).faults).toMatchObject([{ reason: 'entry-changed' }])
  }
  // Without the first signature nothing says what came before.
  expect(checkLog(lines.slice(1)).faults).toMatchObject([{ reason: 'entry-missing' }])
})

test('the verdict on the database: sound; two histories; one changed; one gone; one after a gap that is known', async () => {
  expect(await judgeLog(proving())).toMatchObject({ kind: 'sound', entries: 40, isWhole: true, faults: [] })
  const tried = async (change: (transaction: ConsoleTransaction) => Promise<unknown>) => {
    let verdict: Awaited<ReturnType<typeof judgeLog>> | undefined
    await db
      .transaction()
      .execute(async (transaction) => {
        await change(transaction)
        verdict = await judgeLog({ ...proving(), seen: (work) => work(transaction) })
        throw new Error('back')
      })
      .catch(() => undefined)
    return verdict
  }
  const own = sql`totem = 'PG-0001' and chain = ${CHAIN}`
  expect(
    await tried((transaction) =>
      sql`update journal_entry set at = at + interval '1 ms' where ${own} and seq = 17`.execute(transaction),
    ),
  ).toMatchObject({ kind: 'broken', faults: [{ seq: 17, reason: 'entry-changed' }] })
  expect(
    await tried((transaction) => sql`delete from journal_entry where ${own} and seq = 17`.execute(transaction)),
  ).toMatchObject({ kind: 'broken', entries: 16, faults: [{ seq: 17, reason: 'entry-missing' }] })
  const second = all.find(({ totem, seq }) => totem === 'PG-0001' && seq === 20)
  expect(
    await tried(async (transaction) => {
      const before = all.find(({ totem, seq }) => totem === 'PG-0001' && seq === 19)
      const {
        receivedAt: _,
        hash: __,
        office: ___,
        region: ____,
        micros: _____,
        ...entry
      } = second as (typeof all)[number]
      const rival = {
        ...entry,
        event: 'totem.stopped' as const,
        severity: 'info' as const,
        fields: {},
        at: NOW.toISOString(),
      }
      const hash = entryHash({ ...rival, previous: before?.hash ?? '' })
      await sql`
        insert into journal_entry (totem, chain, seq, hash, at, event, severity, fields, received_at)
        values ('PG-0001', ${CHAIN}, 20, ${hash}, ${NOW}, 'totem.stopped', 'info', '{}', ${NOW})`.execute(transaction)
    }),
  ).toMatchObject({ kind: 'broken', faults: [{ seq: 21, reason: 'two-histories' }] })
  // What retention leaves: the base alone, on which the rest hangs.
  expect(
    await tried(async (transaction) => {
      await sql`insert into journal_base select totem, chain, seq, hash from journal_entry where ${own} and seq = 9`.execute(
        transaction,
      )
      await sql`delete from journal_entry where ${own} and seq <= 9`.execute(transaction)
    }),
  ).toMatchObject({ kind: 'sound', entries: 31, chains: [{ from: 10, upTo: 40 }] })
})
