import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LONGEST_WAIT_MS, type NewOperation, openQueue, type Queue, type Settlement } from './queue.ts'

const LATER = 5 * 10 ** 12
const T0 = Date.parse('2026-11-22T09:00:00.000Z')
const HOLDER = 'ab'.repeat(32)
const JWE = 'eyJhbGci..aXY.Y2lwaGVydGV4dA.dGFn'
const OUTCOME = 'eyJhbGci..aXY.b3V0Y29tZS1vdXRjb21l.dGFn'

const id = (n: number) => `01KANPR${n.toString().padStart(19, '0')}`
const item = (n: number, changes: Partial<NewOperation> = {}): NewOperation => ({
  operation: id(n),
  kind: 'certificate',
  session: id(1000 + n),
  holder: HOLDER,
  sealed: JWE,
  requestedAt: new Date(T0 + n).toISOString(),
  ...changes,
})

let dir: string
let clock: number
let queue: Queue
const open = () => {
  const opened = openQueue({ path: join(dir, 'queue.db'), now: () => clock })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'queue-'))
  clock = T0
  queue = open()
})
afterEach(() => {
  queue.close()
  rmSync(dir, { recursive: true, force: true })
})
const reopen = () => {
  queue.close()
  queue = open()
}
const ids = (operations: { operation: string }[]) => operations.map(({ operation }) => operation)
const OK = { ok: true, value: undefined }
const NONE = { queued: 0, submitted: 0, waiting: 0, aside: 0, oldestQueuedAt: null }
const ANY = { items: 100, bytes: 10 ** 9 }
const due = (at: number) => ids(queue.due(at, ANY))
const defer = (operation: string, reason: string, until: number) => queue.defer([{ operation, reason, until }])
const settle = (operation: string, settlement: Settlement, at = T0) => {
  const settled = queue.settle([{ operation, settlement }], at, null)
  return settled.ok ? settled.value[0] : settled.error
}
const bytesOnDisk = () =>
  readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'latin1'))
    .join('')

describe('recording a request', () => {
  test('the same request again is the same request', () => {
    expect(queue.add(item(1))).toEqual(OK)
    expect(queue.add(item(1))).toEqual(OK)
    expect(queue.depth()).toEqual({ ...NONE, queued: 1, oldestQueuedAt: item(1).requestedAt })
  })
  test.each<[string, Partial<NewOperation>]>([
    ['payload', { sealed: JWE.replace('Y2', 'Y3') }],
    ['holder', { holder: 'cd'.repeat(32) }],
    ['session', { session: id(7) }],
    ['time', { requestedAt: '2026-11-22T10:00:00Z' }],
  ])('an id that another request has is refused: other %s', (_, changes) => {
    queue.add(item(1))
    expect(queue.add(item(1, changes))).toEqual({ ok: false, error: { kind: 'operation-differs' } })
    expect(queue.get(id(1))).toMatchObject({ sealed: JWE, holder: HOLDER })
  })
  test.each<[string, Partial<NewOperation>]>([
    ['SQL in the id', { operation: "1'); DROP TABLE operation; --" }],
    ['SQL as long as an id', { operation: "');DROP TABLE operation;--" }],
    ['NUL hides the rest of an id', { operation: `${id(1)}\0'; --` }],
    ['id in small letters', { operation: id(1).toLowerCase() }],
    ['id with I, L, O or U', { operation: `01KANPI${'0'.repeat(19)}` }],
    ['id past the end of ULID time', { operation: `8${id(1).slice(1)}` }],
    ['session', { session: '' }],
    ['a codice fiscale as holder', { holder: 'BNCNMR51H58I888X' }],
    ['a readable payload', { sealed: '{"codiceFiscale":"BNCNMR51H58I888X"}' }],
    ['an empty payload', { sealed: '' }],
    ['a payload that the gateway would not take', { sealed: `eyJh..b.${'c'.repeat(100_000)}.d` }],
    ['no time', { requestedAt: 'yesterday' }],
  ])('what is no request is not kept: %s', (_, changes) => {
    expect(queue.add(item(1, changes))).toEqual({ ok: false, error: { kind: 'operation-malformed' } })
    expect(queue.depth().queued).toBe(0)
  })
})

describe('what is due', () => {
  test('in the order of recording, whatever the clock said', () => {
    queue.add(item(1, { requestedAt: '2030-01-01T00:00:00Z' }))
    queue.add(item(2, { requestedAt: '1970-01-01T00:00:00Z' }))
    expect(due(T0)).toEqual([id(1), id(2)])
  })
  test('a deferred request comes back at its time, after a restart too, behind those that never failed', () => {
    queue.add(item(1))
    queue.add(item(2))
    expect(defer(id(1), 'pending', T0 + 5_000)).toEqual(OK)
    reopen()
    expect(due(T0 + 4_999)).toEqual([id(2)])
    expect(due(T0 + 5_000)).toEqual([id(2), id(1)])
    expect(queue.get(id(1))).toMatchObject({ attempts: 1, reason: 'pending', nextAttempt: T0 + 5_000 })
    expect(queue.nextDue()).toBe(0)
  })
  test('a clock put back by a year does not hold a request for a year', () => {
    queue.add(item(1))
    defer(id(1), 'pending', T0 + 60_000)
    expect(due(T0 + 60_000 - LONGEST_WAIT_MS - 1)).toEqual([id(1)])
  })
})

describe('a settled request', () => {
  beforeEach(() => {
    queue.add(item(1))
  })
  const issued = () => settle(id(1), { state: 'issued', outcome: OUTCOME }, T0)

  test('waits for its holder and for nobody else', () => {
    expect(issued()).toBe('settled')
    expect(ids(queue.waiting(HOLDER))).toEqual([id(1)])
    expect(queue.waiting('cd'.repeat(32))).toEqual([])
    expect(queue.depth()).toEqual({ ...NONE, waiting: 1 })
  })
  test('stays as it was settled first', () => {
    issued()
    expect(settle(id(1), { state: 'refused', reason: 'not-in-family', anpr: 'EN286' })).toEqual('known')
    expect(issued()).toBe('known')
    expect(settle(id(2), { state: 'issued', outcome: OUTCOME })).toEqual('unknown')
    expect(queue.get(id(1))).toMatchObject({ state: 'issued', outcome: OUTCOME })
  })
  test('keeps its refusal with ANPR code', () => {
    settle(id(1), { state: 'refused', reason: 'certificate-not-issuable', anpr: 'EN160' }, T0)
    expect(queue.get(id(1))).toMatchObject({ state: 'refused', reason: 'certificate-not-issuable', anpr: 'EN160' })
    expect(queue.expire({ issuedBefore: LATER, requestedBefore: LATER })).toEqual({ ok: true, value: [] })
  })
  test.each([
    { state: 'issued', outcome: '<html>502 Bad Gateway</html>' },
    { state: 'refused', reason: 'x', anpr: "'; DROP TABLE operation" },
  ] as const)('is not settled by garbage: $state', (settlement) => {
    expect(settle(id(1), settlement)).toBe('malformed')
    expect(queue.get(id(1))).toMatchObject({ state: 'queued', sealed: JWE })
  })
  test('is collected once, and then no byte of it is in any file', () => {
    issued()
    expect(bytesOnDisk()).toContain('b3V0Y29tZS1vdXRjb21l')
    expect(queue.collected(id(1))).toEqual({ ok: true, value: true })
    expect(queue.collected(id(1))).toEqual({ ok: true, value: false })
    expect(bytesOnDisk()).not.toContain('b3V0Y29tZS1vdXRjb21l')
    expect(bytesOnDisk()).not.toContain('Y2lwaGVydGV4dA')
    expect(statSync(join(dir, 'queue.db-wal')).size).toBe(0)
    expect(queue.get(id(1))).not.toHaveProperty('outcome')
    // A late retry of the recording is still the same request.
    expect(queue.add(item(1))).toEqual(OK)
    expect(queue.get(id(1))).toMatchObject({ state: 'collected' })
  })
})

test('what nobody fetched expires, and so does what was tried and never answered', () => {
  for (const n of [1, 2, 3, 4, 5]) queue.add(item(n))
  // By the gateway's clock, whatever the totem's says.
  clock = 0
  settle(id(1), { state: 'issued', outcome: OUTCOME }, T0)
  settle(id(2), { state: 'issued', outcome: OUTCOME }, T0 + 60_000)
  defer(id(3), 'pending', T0)
  defer(id(5), 'pending', T0)
  expect(queue.expire({ issuedBefore: T0 + 30_000, requestedBefore: T0 })).toEqual({
    ok: true,
    value: [{ operation: id(1), was: 'issued' }],
  })
  expect(queue.expire({ issuedBefore: T0 + 30_000, requestedBefore: T0 + 1_000 })).toEqual({
    ok: true,
    value: [
      { operation: id(3), was: 'queued' },
      { operation: id(5), was: 'queued' },
    ],
  })
  reopen()
  // What was never tried is nobody's to judge yet, however old it looks.
  expect(queue.expire({ issuedBefore: 0, requestedBefore: LATER })).toEqual({ ok: true, value: [] })
  expect([1, 2, 3, 4, 5].map((n) => queue.get(id(n))?.state)).toEqual([
    'expired',
    'issued',
    'expired',
    'queued',
    'expired',
  ])
})

/** What the queue promises, as plainly as it can be said. */
type Model = Map<number, { state: string; until: number }>
const place = fc.integer({ min: 0, max: 7 })
const time = fc.integer({ min: 0, max: LONGEST_WAIT_MS })

type Step = fc.Command<Model, { time: number }>
const steps: fc.Arbitrary<Step>[] = [
  place.map((n) => ({
    check: () => true,
    run(model) {
      expect(queue.add(item(n))).toEqual(OK)
      if (!model.has(n)) model.set(n, { state: 'queued', until: 0 })
    },
    toString: () => `add ${n}`,
  })),
  fc.tuple(place, time).map(([n, until]) => ({
    check: () => true,
    run(model) {
      defer(id(n), 'pending', T0 + until)
      const known = model.get(n)
      if (known?.state === 'queued') known.until = T0 + until
    },
    toString: () => `defer ${n} until ${until}`,
  })),
  fc.tuple(place, fc.boolean()).map(([n, well]) => ({
    check: () => true,
    run(model) {
      const known = model.get(n)
      const settled = settle(
        id(n),
        well ? { state: 'issued', outcome: OUTCOME } : { state: 'refused', reason: 'not-in-family', anpr: null },
        T0,
      )
      expect(settled).toBe(known ? (known.state === 'queued' ? 'settled' : 'known') : 'unknown')
      if (known?.state === 'queued') known.state = well ? 'issued' : 'refused'
    },
    toString: () => `settle ${n} ${well}`,
  })),
  place.map((n) => ({
    check: () => true,
    run(model) {
      const known = model.get(n)
      expect(queue.collected(id(n))).toEqual({ ok: true, value: known?.state === 'issued' })
      if (known?.state === 'issued') known.state = 'collected'
    },
    toString: () => `collect ${n}`,
  })),
  fc.constant({ check: () => true, run: reopen, toString: () => 'restart' }),
]

test('any history leaves what the plain model says, restarts included', () => {
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 40 }), time, (history, at) => {
      queue.close()
      rmSync(dir, { recursive: true, force: true })
      dir = mkdtempSync(join(tmpdir(), 'queue-'))
      queue = open()
      const model: Model = new Map()
      fc.modelRun(() => ({ model, real: { time: T0 } }), history)
      for (const [n, { state }] of model) expect(queue.get(id(n))?.state).toBe(state)
      const inState = (wanted: string) => [...model].filter(([, { state }]) => state === wanted).map(([n]) => id(n))
      expect(ids(queue.waiting(HOLDER)).sort()).toEqual(inState('issued').sort())
      const fallen = [...model].filter(([, { state, until }]) => state === 'queued' && until <= T0 + at)
      expect(due(T0 + at).sort()).toEqual(fallen.map(([n]) => id(n)).sort())
      expect(queue.depth()).toMatchObject({ queued: inState('queued').length, waiting: inState('issued').length })
    }),
    { numRuns: 60 },
  )
})
