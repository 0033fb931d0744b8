import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LONGEST_WAIT_MS } from '../../basics/backoff.ts'
import { type NewOperation, openQueue, type Queue, type Settlement, WITHDRAWN } from './queue.ts'
import { EXPIRED_AT_ONCE } from './upkeep.ts'

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
    expect(queue.expire(LATER)).toEqual({ ok: true, value: [] })
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
  // An outcome expires by the gateway's clock, whatever the totem's says.
  clock = 0
  settle(id(1), { state: 'issued', outcome: OUTCOME }, T0)
  settle(id(2), { state: 'issued', outcome: OUTCOME }, T0 + 60_000)
  defer(id(3), 'pending', T0)
  defer(id(5), 'pending', T0)
  expect(queue.expire(T0)).toEqual({ ok: true, value: [] })
  expect(queue.expire(T0 + 30_000)).toEqual({
    ok: true,
    value: [
      { operation: id(1), was: 'issued' },
      { operation: id(3), was: 'queued' },
      { operation: id(5), was: 'queued' },
    ],
  })
  reopen()
  // A request that was never tried does not expire, however old it looks.
  expect(queue.expire(T0 + 50_000)).toEqual({ ok: true, value: [] })
  expect([1, 2, 3, 4, 5].map((n) => queue.get(id(n))?.state)).toEqual([
    'expired',
    'issued',
    'expired',
    'queued',
    'expired',
  ])
})

describe('what goes first', () => {
  test('one that fails again and again stands behind all others', () => {
    for (const n of [1, 2, 3, 4]) queue.add(item(n))
    const first = () => queue.due(T0, { items: 1, bytes: 10 ** 6 })[0]?.operation ?? ''
    const order = Array.from({ length: 6 }, (_, n) => {
      const operation = first()
      defer(operation, 'anpr-unavailable', T0 - 1_000 + n)
      return operation
    })
    expect(order).toEqual([1, 2, 3, 4, 1, 2].map(id))
  })
  test('no more than fits into the batch, and one however large', () => {
    for (const n of [1, 2, 3]) queue.add(item(n, { sealed: JWE.replace('Y2', 'Y2'.repeat(1_000)) }))
    expect(queue.due(T0, { items: 10, bytes: 4_500 })).toHaveLength(2)
    expect(queue.due(T0, { items: 10, bytes: 1 })).toHaveLength(1)
    expect(queue.due(T0, { items: 1, bytes: 10 ** 6 })).toHaveLength(1)
  })
})

describe('a submitted request', () => {
  beforeEach(() => {
    for (const n of [1, 2]) queue.add(item(n))
    queue.submitted([id(1), id(9)], T0)
  })
  test('is sent no more, keeps its payload, and is settled by its outcome', () => {
    expect(due(T0)).toEqual([id(2)])
    expect(queue.get(id(1))).toMatchObject({ state: 'submitted', sealed: JWE, submittedAt: T0, attempts: 1 })
    expect(queue.depth()).toEqual({ ...NONE, queued: 1, submitted: 1, oldestQueuedAt: item(1).requestedAt })
    expect(settle(id(1), { state: 'issued', outcome: OUTCOME })).toBe('settled')
  })
  test('of which nothing is heard is sent again', () => {
    clock = T0 + 10
    expect(queue.overdue(T0, 9)).toEqual([])
    expect(ids(queue.overdue(T0 + 1, 9))).toEqual([id(1)])
    queue.requeue([id(1), id(2)])
    expect(due(T0)).toEqual([id(1), id(2)])
    expect(queue.get(id(1))).toMatchObject({ reason: 'outcome-overdue', sealed: JWE })
    // A day without ANPR: the gateway took it each time, so it goes with many still (main/sync/batch.ts).
    for (let hour = 6; hour <= 24; hour += 6) {
      queue.submitted([id(1)], T0 + hour)
      queue.requeue([id(1)])
    }
    expect(queue.get(id(1))).toMatchObject({ attempts: 1 })
  })
})

describe('a page of outcomes', () => {
  test('is taken in with its cursor at one go, and one that is malformed holds up none of the others', () => {
    for (const n of [1, 2, 3]) queue.add(item(n))
    const issued = (n: number, outcome = OUTCOME) =>
      ({ operation: id(n), settlement: { state: 'issued', outcome } }) as const
    const page = [issued(1), issued(2, '<html>'), issued(9), issued(1), issued(3)]
    expect(queue.settle(page, T0, 42)).toEqual({
      ok: true,
      value: ['settled', 'malformed', 'unknown', 'known', 'settled'],
    })
    reopen()
    expect([queue.cursor(), queue.depth().waiting, queue.get(id(2))?.state]).toEqual([42, 2, 'queued'])
    queue.settle([], T0, null)
    expect(queue.cursor()).toBe(42)
  })
})

describe('a request that is set aside', () => {
  beforeEach(() => {
    queue.add(item(1))
    expect(queue.setAside(id(1), 'request-malformed')).toEqual({ ok: true, value: true })
  })
  test('is sent no more, its person is told once, and an operator has it sent again', () => {
    expect([due(T0), queue.nextDue(), queue.depth().aside]).toEqual([[], null, 1])
    expect(queue.untold(HOLDER)).toMatchObject([{ state: 'aside', reason: 'request-malformed', sealed: JWE }])
    expect([queue.told(id(1)), queue.told(id(1))]).toEqual([true, false].map((value) => ({ ok: true, value })))
    expect(queue.untold(HOLDER)).toEqual([])
    expect(queue.retry(id(1))).toEqual({ ok: true, value: true })
    expect(due(T0)).toEqual([id(1)])
    settle(id(1), { state: 'refused', reason: 'not-in-family', anpr: null })
    expect(queue.untold(HOLDER)).toMatchObject([{ state: 'refused' }])
  })
  test('is listed without payload and holder', () => {
    const [listed] = queue.list({ limit: 5, states: ['aside'] })
    expect(listed).toMatchObject({ seq: 1, operation: id(1), reason: 'request-malformed', told: false })
    expect(JSON.stringify(listed)).not.toMatch(/eyJ|abab/)
    expect(queue.list({ limit: 5, states: ['queued', 'issued'] })).toEqual([])
    expect(queue.list({ limit: 5, after: 1 })).toEqual([])
  })
})

test('however many expire, they go some at a time', () => {
  for (let n = 0; n < EXPIRED_AT_ONCE + 5; n++) queue.add(item(n))
  queue.submitted(
    Array.from({ length: EXPIRED_AT_ONCE + 5 }, (_, n) => id(n)),
    T0,
  )
  const expire = () => {
    const expired = queue.expire(T0 + 1_000_000)
    return expired.ok && expired.value.length
  }
  expect([expire(), expire(), expire()]).toEqual([EXPIRED_AT_ONCE, 5, 0])
})

test('payloads are checked a few at a time, however large: nobody waits at a touch', () => {
  for (const n of [1, 2, 3]) {
    queue.add(item(n))
    settle(id(n), { state: 'issued', outcome: OUTCOME.replace('.dGFn', `${'A'.repeat(300_000)}.dGFn`) }, T0)
  }
  expect([queue.checkNext(0), queue.checkNext(2)]).toEqual([
    { ok: true, value: 2 },
    { ok: true, value: null },
  ])
})

test('a person sees their own requests, and withdraws one that never left the totem', () => {
  const of = () => queue.requestsOf(HOLDER, new Date(T0 - 1).toISOString())
  for (const n of [1, 2]) queue.add(item(n))
  queue.add(item(3, { holder: 'cd'.repeat(32) }))
  expect(of().map(({ operation, state, untouched }) => [operation, state, untouched])).toEqual([
    [id(2), 'queued', true],
    [id(1), 'queued', true],
  ])
  // The answer to this one is lost with the line: the gateway may have it.
  queue.sending([id(1)])
  expect(queue.withdraw(id(1))).toEqual({ ok: true, value: false })
  expect(queue.withdraw(id(2))).toEqual({ ok: true, value: true })
  expect(queue.withdraw(id(2))).toEqual({ ok: true, value: false })
  expect(of().map(({ state, untouched, reason }) => [state, untouched, reason])).toEqual([
    ['refused', false, WITHDRAWN],
    ['queued', false, 'sending'],
  ])
  expect(queue.due(LATER, { items: 10, bytes: 10_000 }).map(({ operation }) => operation)).toEqual([id(1), id(3)])
  // The gateway says that its person has withdrawn this one there.
  settle(id(1), { state: 'refused', reason: WITHDRAWN, anpr: null }, T0)
  // Their person has just withdrawn both, so no later visit tells of them as a failure.
  expect(queue.untold(HOLDER)).toEqual([])
})
