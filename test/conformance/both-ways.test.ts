import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { totemConfigIn } from '../../contract/config.ts'
import { openJournal } from '../../main/journal/journal.ts'
import { migrations as journalMigrations } from '../../main/journal/migrations.ts'
import { migrations as queueMigrations } from '../../main/queue/migrations.ts'
import { openQueue } from '../../main/queue/queue.ts'
import { type Migration, openStorage } from '../../main/queue/storage.ts'

// A release comes, is thrown out, and the program before goes on with what both have written: its stores open both ways.

const TOMORROW: Migration = {
  adds: 'CREATE TABLE tomorrow (n INTEGER PRIMARY KEY, told TEXT) STRICT; CREATE INDEX tomorrow_told ON tomorrow (told)',
}
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'both-ways-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a program of this schema leaves there. */
function run(name: string, migrations: readonly Migration[], sql: string): void {
  const storage = openStorage({ path: join(folder, name), synchronous: 'FULL', migrations })
  if (!storage.ok) throw new Error(storage.error.reason)
  storage.value.exec(sql)
  storage.value.close()
}

const repaired: unknown[] = []
function queue() {
  const opened = openQueue({
    path: join(folder, 'queue.db'),
    now: Date.now,
    onRepaired: (told) => repaired.push(told),
  })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}
function journal() {
  const opened = openJournal({ path: join(folder, 'journal.db'), totem: 'TT-0001', now: Date.now })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}
const request = (operation: string) => ({
  ...{
    operation,
    kind: 'certificate' as const,
    session: ulid(),
    holder: 'ab'.repeat(32),
    sealed: 'eyJhbGciOiJFQ0RILUVTIn0..aXY.AAAA.dGFn',
  },
  requestedAt: new Date().toISOString(),
})

describe('after a release that was rolled back', () => {
  test('the queue has every request, those of the newer program too', () => {
    const [before, between, after] = [ulid(), ulid(), ulid()]
    const first = queue()
    first.add(request(before))
    first.close()
    run('queue.db', [...queueMigrations, TOMORROW], "INSERT INTO tomorrow (told) VALUES ('x')")
    const older = queue()
    older.add(request(between))
    expect(older.verify()).toMatchObject({ ok: true })
    older.close()
    run('queue.db', [...queueMigrations, TOMORROW], "INSERT INTO tomorrow (told) VALUES ('y')")
    const last = queue()
    last.add(request(after))
    expect(
      last
        .list({ limit: 10 })
        .map(({ operation }) => operation)
        .sort(),
    ).toEqual([before, between, after].sort())
    last.close()
    expect(repaired).toEqual([])
  })

  test('the sync log goes on in one chain', () => {
    const first = journal()
    first.record('totem.stopped', {})
    first.close()
    run('journal.db', [...journalMigrations, TOMORROW], "INSERT INTO tomorrow (told) VALUES ('x')")
    const older = journal()
    older.record('totem.stopped', {})
    expect(older.verify()).toMatchObject({ ok: true })
    expect([...older.entries()].map(({ seq, event }) => [seq, event])).toEqual([
      [1, 'totem.stopped'],
      [2, 'totem.stopped'],
    ])
    older.close()
  })

  test.each(['queue.db', 'journal.db'])(
    'a %s that the newer program has changed is refused by name, and kept',
    (name) => {
      const migrations = name === 'queue.db' ? queueMigrations : journalMigrations
      const other = `other-${name}`
      const path = join(folder, other)
      run(other, [...migrations, 'CREATE TABLE changed (n INTEGER) STRICT'], 'INSERT INTO changed VALUES (1)')
      const before = readFileSync(path)
      const opened =
        name === 'queue.db'
          ? openQueue({ path, now: Date.now })
          : openJournal({ path, totem: 'TT-0001', now: Date.now })
      expect(opened).toMatchObject({ ok: false, error: { reason: 'schema-newer' } })
      expect(readFileSync(path).equals(before)).toBe(true)
    },
  )
})

describe('a configuration', () => {
  const today = {
    totem: 'TT-0001',
    office: { name: 'Ufficio postale di Spello', comune: 'Spello', province: 'PG' },
    dataDir: '/var/lib/totem-polis',
    gateway: { url: 'https://gateway.example', ca: '/k/ca', certificate: '/k/c', key: '/k/k', keys: '/k/keys' },
    outcomeKeys: '/k/outcome',
    verification: null,
    keyProtection: { kind: 'file' },
    trust: {
      ...{ list: '/k/list', listKey: '/k/list-key', possession: [] },
      revocation: { maxAgeHours: 72, whenUnknown: 'refuse' },
    },
    cie: null,
    panel: { width: 1080, height: 1920, mmPerPixel: 0.311, bottomMm: 700 },
    printer: { profile: 'a4-kiosk' },
    timings: { idleMs: 60_000, warningMs: 30_000, goodbyeMs: 8_000, lineProbeMs: 5_000 },
    minFreeBytes: 0,
    bench: null,
  }

  test('of yesterday, without what came since, is whole', () => {
    expect(totemConfigIn(JSON.stringify(today))).toMatchObject({
      ok: true,
      value: { sound: null, update: null, enrolment: null },
    })
  })

  // No program writes this file but the enrolment, so that a release can leave none behind which its former cannot read.
  test('of tomorrow is refused by the name of the field that this program does not know', () => {
    expect(totemConfigIn(JSON.stringify({ ...today, tomorrow: true }))).toMatchObject({
      ok: false,
      error: { faults: [expect.stringContaining('tomorrow')] },
    })
  })
})
