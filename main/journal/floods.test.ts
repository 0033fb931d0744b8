import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../basics/time.ts'
import { type JournalEventId, journalEvents } from '../../contract/journal-events.ts'
import { withoutFloods } from './floods.ts'
import { type Journal, openJournal } from './journal.ts'

let dir: string
let clock: number
let journal: ReturnType<typeof start>
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'floods-'))
  clock = Date.parse('2026-11-22T09:00:00.000Z')
  journal = start()
})
afterEach(() => {
  journal.close()
  rmSync(dir, { recursive: true, force: true })
})
function start() {
  const opened = openJournal({ path: join(dir, 'journal.db'), totem: 'TT-0001', now: () => clock })
  if (!opened.ok) throw new Error(opened.error.reason)
  return withoutFloods(opened.value, () => clock)
}
const told = (of: Pick<Journal, 'entries'> = journal) =>
  [...of.entries()].map(({ event, fields }) => ({ event, ...fields }))

const codes = ['up', 'grant', 'expired', 'connection-cut', 'key-refused', 'origin', 'file-damaged', 'unavailable']
const VALUES: ((n: number) => unknown)[] = [
  (n) => `01KANPR${String(n).padStart(19, '0')}`,
  (n) => `c-${n}`,
  (n) => n,
  () => 'EN286',
  () => 'tpm',
  ...codes.map((code) => () => code),
]
/** Makes the event's fields; another `n` makes others, where a field is free. */
function sampler(event: JournalEventId) {
  const fields = Object.entries(journalEvents[event].fields.shape)
    .filter(([name]) => name !== 'times')
    .map(([name, schema]) => ({ name, value: VALUES.find((value) => schema.safeParse(value(1)).success) }))
  return (n: number) => Object.fromEntries(fields.map(({ name, value }) => [name, value?.(n)])) as never
}
const EVENTS = Object.keys(journalEvents) as JournalEventId[]

describe.each(EVENTS)('%s', (event) => {
  const { flood } = journalEvents[event]
  const sample = sampler(event)
  const limit = flood.all ?? flood.same ?? { burst: 0, perHour: 0 }
  const times = limit.burst + 4 * limit.perHour + 50
  const kinds: ['same' | 'other', (n: number) => number][] = [['same', () => 1]]
  // The queue bounds how many requests there are, and each entry is about another one.
  if (flood.all) kinds.push(['other', (n) => n])
  test.each(kinds)('three hours of it with the %s fields: written when it begins, then once an hour', (_, of) => {
    const entries: { event: JournalEventId; times?: number }[] = []
    const log = withoutFloods(
      {
        record: (event, fields) => void entries.push({ event, ...journalEvents[event].fields.parse(fields) }),
        newest: () => [],
        close: () => undefined,
      },
      () => clock,
    )
    for (let n = 0; n < times; n++) {
      log.record(event, sample(of(n)))
      clock += (3 * HOUR_MS) / times
    }
    const counted = entries.filter((entry) => 'times' in entry)
    expect(entries[0]).toMatchObject({ event, ...(sample(of(0)) as object) })
    expect(entries.length - counted.length).toBeLessThanOrEqual(limit.burst + 3 * limit.perHour)
    expect(counted.length).toBeGreaterThanOrEqual(1)
    expect(counted.length).toBeLessThanOrEqual(3)
    // Nothing is lost: each is written or counted, at the latest when the totem stops.
    log.close()
    expect(entries.reduce((sum, entry) => sum + (entry.times ?? 1), 0)).toBe(times)
  })
})

function openedAfter(work: () => void): Journal {
  work()
  const opened = openJournal({ path: join(dir, 'journal.db'), totem: 'TT-0001', now: () => clock })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}

test('another fault is told at once while one floods, and so is the same one after it was over for an hour', () => {
  const malformed = (path: string) => journal.record('gateway.answer-malformed', { path, httpStatus: 200 })
  for (let n = 0; n < 100; n++) malformed('v1.status')
  malformed('v1.trust')
  clock += HOUR_MS
  journal.tellRepeats()
  clock += HOUR_MS
  journal.tellRepeats()
  malformed('v1.status')
  expect(told().map(({ event: _, ...fields }) => fields)).toEqual([
    { path: 'v1.status', httpStatus: 200 },
    { path: 'v1.trust', httpStatus: 200 },
    { path: 'v1.status', httpStatus: 200, times: 99 },
    { path: 'v1.status', httpStatus: 200 },
  ])
})

test('after a flood the newest state stands in the log', () => {
  for (let n = 0; n < 99; n++) journal.record('printer.changed', { status: n % 2 ? 'ready' : 'offline' })
  journal.record('printer.changed', { status: 'jam' })
  clock += HOUR_MS
  journal.tellRepeats()
  expect(told().at(-1)).toEqual({ event: 'printer.changed', status: 'jam', times: 100 - 12 })
})

test('a busy office loses no entry: sixty visits an hour, all day', () => {
  for (let visit = 0; visit < 8 * 60; visit++) {
    const session = ulid(clock)
    journal.record('visit.started', { session, language: 'it' })
    for (const state of ['reading', 'present', 'empty']) journal.record('reader.changed', { state })
    for (const page of [1, 2]) journal.record('print.acknowledged', { job: session, page })
    journal.record('visit.ended', { session, how: 'left', ms: 40_000 })
    clock += HOUR_MS / 60
  }
  expect(told()).toHaveLength(8 * 60 * 7)
})

test('a totem that dies and starts again every second does not tell it every second', () => {
  journal.close()
  for (let n = 0; n < 600; n++) {
    const opened = openedAfter(() => {})
    const again = withoutFloods(opened, () => clock)
    again.record('totem.started', { version: '1.0.0', electron: '45', node: '24' })
    again.record('keys.unusable', { reason: 'key-missing' })
    opened.close()
    clock += 1_000
  }
  journal = start()
  expect(told().filter(({ event }) => event === 'keys.unusable')).toHaveLength(1)
  expect(told().filter(({ event }) => event === 'totem.started').length).toBeLessThan(20)
})

test('a clock that is set back does not silence the log', () => {
  journal.record('trust.refused', { reason: 'no-room' })
  journal.record('trust.refused', { reason: 'no-room' })
  clock -= 24 * HOUR_MS
  journal.tellRepeats()
  expect(told().at(-1)).toMatchObject({ reason: 'no-room', times: 1 })
})
