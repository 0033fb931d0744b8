import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { journalEntry } from '../../contract/journal.ts'
import { exportJournal } from './export.ts'
import { type Journal, openJournal } from './journal.ts'

const T0 = Date.parse('2026-11-22T09:00:00.000Z')
const session = '01KANPR0000000000000000001'

let dir: string
let clock: number
let journal: Journal
const open = (maxPages?: number, strict = true) => {
  const opened = openJournal({
    path: join(dir, 'journal.db'),
    totem: 'TT-0001',
    now: () => clock,
    strict,
    ...(maxPages !== undefined && { maxPages }),
  })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'journal-'))
  clock = T0
  journal = open()
})
afterEach(() => {
  journal.close()
  rmSync(dir, { recursive: true, force: true })
})
const reopen = (maxPages?: number) => {
  journal.close()
  journal = open(maxPages)
}
const seqs = (entries: Iterable<{ seq: number }>) => [...entries].map(({ seq }) => seq)
const line = () => journal.record('line.changed', { state: 'up' })
const unsent = (limit: number) => seqs(journal.unsent(limit)?.entries ?? [])
const held = (upTo: number, anchor: string | null = null) =>
  journal.acknowledged({ entries: [...journal.entries()], base: null }, { upTo, anchor, forked: false }, true)

test('entries are numbered and chained, over restarts and whatever the clock does', () => {
  line()
  clock = 0
  journal.record('visit.started', { session, language: 'it' })
  reopen()
  clock = T0 + 10 ** 12
  journal.record('visit.pin-wrong', { session, triesLeft: null })
  const entries = [...journal.entries()]
  for (const entry of entries) expect(journalEntry.parse(entry)).toEqual(entry)
  expect(seqs(entries)).toEqual([1, 2, 3])
  expect(entries[0]?.previous).toBe('0'.repeat(64))
  expect(entries[2]?.previous).toBe(entries[1]?.hash)
  expect(journal.verify()).toEqual({ ok: true, value: { count: 3 } })
})

describe('what the closed list does not have is a bug', () => {
  test.each<[string, () => void]>([
    ['another event', () => journal.record('visit.dreamt' as 'visit.started', { session, language: 'it' })],
    ['another field', () => journal.record('line.changed', { state: 'up', name: 'Anna' } as { state: 'up' })],
    ['free text', () => journal.record('visit.refused', { session, reason: 'Anna Bianchi was here' })],
    ['a codice fiscale as session', () => journal.record('visit.started', { session: 'BNC', language: 'it' })],
    ['a field left out', () => journal.record('visit.started', { session } as { session: string; language: string })],
  ])('%s', (_, record) => {
    expect(record).toThrow()
    expect([...journal.entries()]).toEqual([])
  })
})

test('in the field a misfit ends no visit: it is counted as lost, and not a letter of it is kept', () => {
  journal.close()
  journal = open(undefined, false)
  journal.record('visit.refused', { session, reason: 'Anna Bianchi was here' })
  journal.record('visit.dreamt' as 'visit.started', { session, language: 'it' })
  line()
  expect([...journal.entries()].map(({ event, fields }) => [event, fields])).toEqual([
    ['journal.lost', { entries: 2 }],
    ['line.changed', { state: 'up' }],
  ])
  expect(journal.verify().ok).toBe(true)
})

describe('the gateway', () => {
  beforeEach(() => {
    for (let entry = 0; entry < 5; entry++) line()
  })
  test('is sent what it does not hold, in order', () => {
    expect(unsent(3)).toEqual([1, 2, 3])
    held(3)
    reopen()
    expect(unsent(3)).toEqual([4, 5])
  })
  test('that has lost some gets them again', () => {
    held(5)
    expect(journal.unsent(10)).toBeNull()
    expect(journal.unsentCount()).toBe(0)
    held(2)
    expect(unsent(10)).toEqual([3, 4, 5])
    expect(journal.unsentCount()).toBe(3)
  })
  test('can not acknowledge what was never written', () => {
    held(500)
    line()
    expect(unsent(10)).toEqual([6])
  })
})

test('a technician who is reading holds up neither writing nor sending', () => {
  line()
  const reader = new Database(join(dir, 'journal.db'), { readonly: true })
  reader.exec('BEGIN')
  reader.prepare('SELECT * FROM entry').all()
  line()
  expect(unsent(10)).toEqual([1, 2])
  held(2)
  expect(unsent(10)).toEqual([])
  reader.close()
})

test('reading all of it does not hold up who writes', () => {
  line()
  for (const { seq } of journal.entries()) if (seq < 700) line()
  expect(journal.verify()).toEqual({ ok: true, value: { count: 700 } })
})

describe('somebody edits the file', () => {
  const edit = (sql: string) => {
    journal.close()
    const db = new Database(join(dir, 'journal.db'))
    const triggers = db.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`).all()
    for (const { name } of triggers as { name: string }[]) db.exec(`DROP TRIGGER ${name}`)
    db.pragma('ignore_check_constraints = ON')
    db.exec(sql)
    for (const { sql } of triggers as { sql: string }[]) db.exec(sql)
    db.close()
    journal = open()
  }
  test.each([
    ['a field', `UPDATE entry SET fields = '{"state":"down"}' WHERE seq = 2`, 2],
    ['a time', `UPDATE entry SET at = '2026-01-01T00:00:00.000Z' WHERE seq = 1`, 1],
    ['takes one away', 'DELETE FROM entry WHERE seq = 2', 2],
    ['takes the first away', 'DELETE FROM entry WHERE seq = 1', 1],
    [
      'swaps two',
      'UPDATE entry SET seq = -seq; UPDATE entry SET seq = CASE seq WHEN -1 THEN 2 WHEN -2 THEN 1 ELSE 3 END',
      1,
    ],
  ])('%s', (_, sql, seq) => {
    for (let entry = 0; entry < 3; entry++) line()
    edit(sql)
    expect(journal.verify()).toMatchObject({ ok: false, error: { kind: 'broken', seq } })
    journal.unsent(10)
  })
  test('a field into no JSON: what went before is sent, and the log begins anew', () => {
    line()
    line()
    edit(`UPDATE entry SET fields = '{' WHERE seq = 2`)
    expect(unsent(10)).toEqual([1])
    expect([...journal.entries()].slice(2).map(({ seq, event, fields }) => [seq, event, fields])).toEqual([
      [1, 'journal.restarted', { reason: 'chain-broken', chain: expect.any(String), upTo: 1, lost: 1 }],
    ])
  })
  test('the file itself does not let an entry be changed or taken away', () => {
    line()
    const db = new Database(join(dir, 'journal.db'))
    for (const sql of ['DELETE FROM entry', `UPDATE entry SET event = 'x'`, 'DELETE FROM chain'])
      expect(() => db.exec(sql)).toThrow(/only|never/)
    db.close()
  })
})

test('any entries verify, and verify on the other side of JSON', () => {
  const code = fc.stringMatching(/^[\w.+:-]{1,64}$/)
  fc.assert(
    fc.property(fc.array(fc.record({ how: code, ms: fc.nat() }), { minLength: 1, maxLength: 20 }), (visits) => {
      for (const visit of visits) journal.record('visit.ended', { session, ...visit })
      expect(journal.verify().ok).toBe(true)
      expect([...journal.entries()].slice(-visits.length).map(({ fields }) => fields)).toEqual(
        visits.map((visit) => ({ session, ...visit })),
      )
    }),
    { numRuns: 30 },
  )
})

test('a full disk breaks no visit', () => {
  // The schema takes a few pages, so that some entries find room and the rest none.
  reopen(16)
  for (let entry = 0; entry < 200; entry++) line()
  const kept = seqs(journal.entries()).length
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThan(200)
  reopen()
  line()
  expect([...journal.entries()].slice(kept).map(({ event, fields }) => [event, fields])).toEqual([
    ['journal.lost', { entries: 200 - kept }],
    ['line.changed', { state: 'up' }],
  ])
  expect(journal.verify()).toEqual({ ok: true, value: { count: kept + 2 } })
})

test('how many entries the disk did not take is said by the first that it takes again', () => {
  const tool = new Database(join(dir, 'journal.db'))
  tool.exec('BEGIN IMMEDIATE')
  line()
  tool.exec('ROLLBACK')
  tool.close()
  line()
  expect([...journal.entries()].map(({ event, fields }) => [event, fields])).toEqual([
    ['journal.lost', { entries: 1 }],
    ['line.changed', { state: 'up' }],
  ])
  expect(journal.verify()).toEqual({ ok: true, value: { count: 2 } })
})

describe('the export', () => {
  test('has one entry a line', async () => {
    for (let entry = 0; entry < 600; entry++) line()
    const path = join(dir, 'sync-log.jsonl')
    expect(await exportJournal(journal, path)).toEqual({ ok: true, value: { count: 600 } })
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines.map((text) => journalEntry.parse(JSON.parse(text)))).toEqual([...journal.entries()])
  })
  test('onto a stick that has been pulled leaves nothing', async () => {
    line()
    const path = join(dir, 'stick', 'sync-log.jsonl')
    expect(await exportJournal(journal, path)).toEqual({
      ok: false,
      error: { kind: 'storage-unavailable', reason: 'ENOENT' },
    })
    expect(existsSync(path)).toBe(false)
  })
  test('onto a full stick says so', async () => {
    line()
    const path = join(dir, 'sync-log.jsonl')
    symlinkSync('/dev/full', `${path}.part`)
    expect(await exportJournal(journal, path)).toEqual({ ok: false, error: { kind: 'storage-full', reason: 'ENOSPC' } })
    expect(existsSync(path)).toBe(false)
  })
})
