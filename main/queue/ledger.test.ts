import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import { INTERRUPTED, type Ledger, type PrintJob, perhapsPrinted, type SheetNews } from './ledger.ts'
import { openQueue, type Queue } from './queue.ts'

const T0 = Date.parse('2026-11-22T09:00:00.000Z')
const id = (n: number) => `01KANPR${n.toString().padStart(19, '0')}`
const job: PrintJob = { operation: id(1), document: 'certificate', session: id(101) }
const later = { ...job, session: id(102) }

let dir: string
let clock: number
let queue: Queue
let ledger: Ledger
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ledger-'))
  clock = T0
  const opened = openQueue({ path: join(dir, 'queue.db'), now: () => clock })
  if (!opened.ok) throw new Error(opened.error.reason)
  queue = opened.value
  ledger = queue.ledger
})
afterEach(() => {
  queue.close()
  rmSync(dir, { recursive: true, force: true })
})

const news = (state: SheetNews['state'], page: number, changes: Partial<SheetNews> = {}): SheetNews => ({
  ...{ operation: job.operation, document: job.document, state, page, pages: 3 },
  ...{ band: state === 'rendered' ? 0 : 4, bands: 4 },
  ...changes,
})
const told = (...all: SheetNews[]) => all.map((each) => ledger.note(each)).map((noted) => noted.ok && noted.value)
const print = (page: number) => told(news('rendered', page), news('sent', page), news('acknowledged', page))
const lines = (operation = job.operation) =>
  ledger.sheets(operation).map(({ page, state, band, bands }) => `${page} ${state} ${band}/${bands}`)

test.each<[string, number | null, number | null, boolean]>([
  [INTERRUPTED, null, null, true],
  [INTERRUPTED, 3, 8, true],
  ['device-gone', null, null, false],
  ['device-gone', 0, 8, true],
  ['device-gone', 1, 8, true],
  ['offline', null, null, false],
  ['offline', 0, 1, false],
  ['offline', 1, 1, true],
  ['offline', 6, 8, false],
  ['absent', 7, 8, true],
  ['absent', 0, 8, false],
  ['unacknowledged', 8, 8, true],
  ['paperOut', 0, 1, false],
  ['paperOut', 1, 1, true],
  ['coverOpen', 7, 8, false],
  ['jam', 8, 8, true],
  ['broken', 0, 0, false],
  ['printer-busy', null, null, false],
])('given up as %s after band %s of %s: may have come out whole: %s', (reason, band, bands, perhaps) => {
  expect(perhapsPrinted(reason, band, bands)).toBe(perhaps)
})

describe('a sheet', () => {
  test('goes from hand to hand, band by band, and the next one is in hand before it is put down', () => {
    expect(ledger.begin(job)).toEqual({ ok: true, value: { fromPage: 1, reprint: false, acknowledged: [] } })
    expect(lines()).toEqual(['1 handed null/null'])
    told(news('rendered', 1), news('sent', 1, { band: 1 }), news('sent', 1, { band: 2 }))
    expect(lines()).toEqual(['1 sent 2/4'])
    told(news('acknowledged', 1))
    expect(lines()).toEqual(['1 acknowledged 4/4', '2 handed null/null'])
    told(news('taken', 1))
    expect(lines()).toEqual(['1 taken 4/4', '2 handed null/null'])
  })
  test('that is rendered while the one before is printed is in hand too', () => {
    ledger.begin(job)
    told(news('rendered', 1), news('sent', 1), news('rendered', 2), news('acknowledged', 1))
    expect(lines()).toEqual(['1 acknowledged 4/4', '2 rendered 0/4'])
    expect(ledger.voidInHand('jam')).toMatchObject({ value: [{ page: 2, reason: 'jam', perhapsPrinted: false }] })
  })
  test('of which the printer said nothing cannot be acknowledged, nor taken, nor drawn back', () => {
    ledger.begin(job)
    expect(told(news('acknowledged', 1), news('taken', 1), news('retracted', 1))).toEqual([false, false, false])
    told(news('rendered', 1))
    expect(told(news('acknowledged', 1))).toEqual([false])
    expect(lines()).toEqual(['1 rendered 0/4'])
  })
  test('that is void stays void, whatever is told of it late', () => {
    ledger.begin(job)
    told(news('rendered', 1), news('sent', 1))
    ledger.voidInHand('device-gone')
    expect(told(news('sent', 1), news('acknowledged', 1), news('rendered', 2))).toEqual([false, false, false])
    expect(ledger.sheets(job.operation)).toMatchObject([{ state: 'void', reason: 'device-gone', perhapsPrinted: true }])
  })
  test('is told of by its own job only', () => {
    ledger.begin(job)
    expect(told(news('rendered', 1, { operation: id(2) }), news('rendered', 1, { document: 'receipt' }))).toEqual([
      false,
      false,
    ])
  })
  test('a broken device process says what it likes: only what fits is taken', () => {
    const number = fc.oneof(fc.integer({ min: -3, max: 9 }), fc.double())
    const garbage = fc.record({
      operation: fc.oneof(fc.constant(job.operation), fc.string()),
      document: fc.oneof(fc.constant(job.document), fc.string()),
      state: fc.constantFrom<SheetNews['state'][]>('rendered', 'sent', 'acknowledged', 'taken', 'retracted'),
      ...{ page: number, pages: number, band: number, bands: number },
    })
    ledger.begin(job)
    fc.assert(
      fc.property(garbage, (each) => {
        expect(ledger.note(each).ok).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('printing goes on', () => {
  beforeEach(() => {
    ledger.begin(job)
    print(1)
    told(news('rendered', 2), news('sent', 2, { band: 3 }))
    ledger.voidInHand('paperOut')
  })
  test('in the same visit from the first page not acknowledged', () => {
    expect(ledger.begin(job)).toEqual({ ok: true, value: { fromPage: 2, reprint: false, acknowledged: [1] } })
    print(2)
    print(3)
    expect(ledger.reprinted(job)).toBe(false)
  })
  test('in a later visit from the start, as a reprint', () => {
    expect(ledger.begin(later)).toEqual({ ok: true, value: { fromPage: 1, reprint: true, acknowledged: [] } })
    print(1)
    expect([ledger.reprinted(job), ledger.reprinted(later)]).toEqual([false, true])
  })
  test('and what is asked for again when all is out begins anew, as a reprint', () => {
    ledger.begin(job)
    print(2)
    print(3)
    expect(ledger.begin(job)).toEqual({ ok: true, value: { fromPage: 1, reprint: true, acknowledged: [] } })
  })
})

describe('after 90 days', () => {
  const holder = 'ab'.repeat(32)
  const sealed = 'eyJhbGci..aXY.Y2lwaGVydGV4dA.dGFn'
  const old = (operation: string) => {
    ledger.begin({ ...job, operation })
    ledger.voidInHand('paperOut')
  }
  test('what nobody can ask for any more is forgotten', () => {
    old(job.operation)
    clock += 90 * DAY_MS
    ledger.begin({ ...job, operation: id(2) })
    ledger.voidInHand('paperOut')
    expect(lines()).toHaveLength(1)
    clock += 1
    ledger.begin({ ...job, operation: id(3) })
    expect(lines()).toHaveLength(0)
    expect(lines(id(2))).toHaveLength(1)
  })
  test('clock-jumped: what can still be printed is remembered', () => {
    const requestedAt = new Date(T0).toISOString()
    queue.add({ ...job, kind: 'certificate', holder, sealed, requestedAt })
    old(job.operation)
    clock += 4_000 * DAY_MS
    ledger.begin({ ...job, operation: id(2) })
    expect(lines()).toHaveLength(1)
  })
})
