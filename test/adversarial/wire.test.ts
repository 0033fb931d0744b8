import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ulid } from 'ulid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OutcomePage } from '../../contract/gateway.ts'
import { createGatewayClient } from '../../main/sync/client.ts'
import { type Line, startLine } from '../../simulator/bench/line.ts'
import { json, type ScriptedGateway, startScriptedGateway, type Whim } from '../support/sync/scripted-gateway.ts'
import { HOLDER, powerOn, type TestClock, type Totem, until } from '../support/sync/syncing-totem.ts'

const T0 = Date.parse('2026-11-22T09:00:00.000Z')
/** Long enough for an answer on this machine, and short enough to wait for none. */
const SHORT = {
  statusMs: 1_000,
  slowStatusMs: 2_000,
  citizenMs: 1_000,
  backlog: { silenceMs: 1_000, wholeMs: 20_000 },
}

let dir: string
let clock: TestClock
let gateway: ScriptedGateway
let line: Line
let totem: Totem

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wire-'))
  clock = { wall: T0, run: 0 }
  gateway = await startScriptedGateway(() => T0)
  line = await startLine(() => gateway.port, seeded(7))
  totem = powerOn({ dir, clock, gateway, url: `https://127.0.0.1:${line.port}`, deadlines: SHORT })
})
afterEach(async () => {
  await totem.off()
  await line.stop()
  await gateway.close()
  rmSync(dir, { recursive: true, force: true })
})

/** The same losses in each run (a linear congruential generator, Numerical Recipes' constants). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const settled = (operation: string) => totem.drain.settled(operation, AbortSignal.timeout(50_000))
const journalled = (event: string) => [...totem.journal.entries()].filter((entry) => entry.event === event)
const submissions = () => gateway.asked.filter(({ path }) => path === '/v1/operations')
/** Answers the next polls of outcomes this way, and later ones honestly. */
const pagesWill = (whim: Whim, times = 1) => {
  let left = times
  gateway.misbehave((asked, response) => asked.path === '/v1/outcomes' && left-- > 0 && whim(asked, response))
}
const page = (page: Partial<OutcomePage>): Whim => {
  return (_, response) => {
    json(response, 200, { cursor: 0, more: false, outcomes: [], ...page })
    return true
  }
}
/** All are issued, each took effect once, and neither end has anything left. */
async function expectAllIssued(operations: string[]): Promise<void> {
  for (const operation of operations) expect((await settled(operation)).state).toBe('issued')
  expect([...gateway.effects].sort()).toEqual([...operations].sort())
  expect(totem.queue.depth()).toMatchObject({ queued: 0, submitted: 0, aside: 0 })
  expect(totem.journal.verify().ok).toBe(true)
}

describe('line-cut', () => {
  // A handshake takes some 4 KB each way. The cuts fall into it, into the request, the answer, and between them.
  const BYTES = [0, 1, 5, 100, 517, 1_460, 2_500, 4_000, 4_500, 5_000, 5_500, 6_000, 7_000, 9_000, 12_000]
  test.each((['totem', 'gateway'] as const).flatMap((from) => BYTES.map((bytes) => ({ bytes, from }))))(
    'after $bytes bytes from the $from: everything is issued in the end, each once',
    async ({ bytes, from }) => {
      line.cut()
      line.cutAfter(bytes, from)
      line.up()
      await expectAllIssued(Array.from({ length: 5 }, () => totem.record()))
    },
  )

  test('at every step of a batch in turn', async () => {
    const operations = Array.from({ length: 30 }, () => totem.record())
    for (const bytes of [4_200, 5_200, 6_200, 7_200]) {
      line.cut()
      line.cutAfter(bytes, 'gateway')
      line.up()
      const asked = gateway.asked.length
      totem.drain.wake()
      await until(() => gateway.asked.length > asked)
    }
    await expectAllIssued(operations)
  })
})

describe('line that has silently died', () => {
  test('in the middle of a batch: sent again under the same ids', async () => {
    expect((await settled(totem.record())).state).toBe('issued')
    const operations = Array.from({ length: 3 }, () => totem.record())
    line.stall()
    totem.drain.wake()
    await until(() => totem.lines.at(-1) === 'down')
    line.up()
    for (const operation of operations) expect((await settled(operation)).state).toBe('issued')
    expect(gateway.effects).toHaveLength(4)
  })
  test.each(['totem', 'gateway'] as const)('in the direction from the %s only', async (from) => {
    expect((await settled(totem.record())).state).toBe('issued')
    line.deafTo(from)
    const operation = totem.record()
    totem.drain.wake()
    await until(() => totem.lines.at(-1) === 'down')
    line.deafTo(null)
    expect((await settled(operation)).state).toBe('issued')
    expect(gateway.effects).toHaveLength(2)
  })
  test('under the long poll: the totem probes the line and polls anew', async () => {
    gateway.misbehave(({ path, items }, response) => {
      if (path !== '/v1/operations') return false
      json(response, 200, { results: items.map(({ operation }) => ({ operation, state: 'pending' })) })
      return true
    })
    const operation = totem.record()
    totem.drain.wake()
    await until(() => gateway.holding() === 1)
    // Only the connections of this moment die, as when a NAT forgets them.
    line.deafTo('gateway')
    line.deafTo(null)
    await gateway.take(operation)
    expect((await settled(operation)).state).toBe('issued')
  })
})

describe('answer', () => {
  const client = () =>
    createGatewayClient({
      url: gateway.url,
      ...gateway.credentials,
      version: '0.1.0',
      deadlines: SHORT,
      onMalformed: () => undefined,
    })
  const honestStatus = JSON.stringify({ at: new Date(T0).toISOString(), version: '1' })
  const malformed = { ok: false, error: { kind: 'answer-malformed' } }

  test('that came while main was busy is read, and the line is not blamed', async () => {
    gateway.misbehave(async (_, response) => {
      // The answer is on its way, but main is busy until its time-out is over.
      response.on('finish', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * SHORT.statusMs))
      return false
    })
    expect(await client().status()).toMatchObject({ ok: true })
  })

  test.each<[string, Record<string, string>, Buffer | string]>([
    ['says that it is packed and is not', { 'content-encoding': 'gzip' }, honestStatus],
    ['is packed in a way that nobody asked for', { 'content-encoding': 'br' }, honestStatus],
    ['is packed twice and says it once', { 'content-encoding': 'gzip' }, gzipSync(gzipSync(honestStatus))],
    ['is packed and cut', { 'content-encoding': 'gzip' }, gzipSync(honestStatus).subarray(0, 30)],
    ['unpacks to more than any answer', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(60 * 1_048_576, 32))],
    ['is packed and does not say so', {}, gzipSync(honestStatus)],
  ])('that %s is none', async (_, headers, body) => {
    await totem.drain.stop()
    gateway.misbehave((_, response) => {
      response.writeHead(200, headers).end(body)
      return true
    })
    const asking = client()
    expect(await asking.operations()).toEqual(malformed)
    asking.close()
  })
  test('that is shorter than announced is a cut line', async () => {
    await totem.drain.stop()
    gateway.misbehave((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"operations":[]', () => response.socket?.destroy())
      return true
    })
    const asking = client()
    expect(await asking.operations()).toMatchObject({ ok: false, error: { kind: 'line-down' } })
    asking.close()
  })
  test.each<[string | null, number | null]>([
    [null, null],
    ['7', 7_000],
    ['0', 1_000],
    ['100000', 300_000],
    ['-5', null],
    ['Wed, 21 Oct 2026 07:28:00 GMT', null],
    ['1e3', null],
  ])('with Retry-After %s: again in %s ms', async (header, retryAfterMs) => {
    await totem.drain.stop()
    gateway.misbehave((_, response) => {
      response.writeHead(429, header === null ? {} : { 'retry-after': header }).end()
      return true
    })
    const asking = client()
    const error = { kind: 'gateway-unavailable', httpStatus: 429, retryAfterMs }
    expect(await asking.operations()).toEqual({ ok: false, error })
    asking.close()
  })
  test('comes packed when it is long, as requests do, and both name the totem', async () => {
    await expectAllIssued(Array.from({ length: 20 }, () => totem.record()))
    const packed = submissions().filter(({ headers }) => headers['content-encoding'] === 'gzip')
    expect(packed.length).toBeGreaterThan(0)
    expect(gateway.asked[0]?.headers).toMatchObject({ 'user-agent': 'totem-polis/test', 'accept-encoding': 'gzip' })
  })
})

test('a gateway with too much to do: the totem waits as told, blames no request, and then sends all', async () => {
  let [left, turnedAwayAt, cameAgainAt] = [1, 0, 0]
  gateway.misbehave(({ path }, response) => {
    if (path !== '/v1/operations') return false
    if (left-- > 0) {
      turnedAwayAt = clock.run
      response.writeHead(429, { 'retry-after': '40' }).end()
      return true
    }
    cameAgainAt ||= clock.run
    return false
  })
  const operations = Array.from({ length: 10 }, () => totem.record())
  totem.drain.wake()
  await until(() => totem.settled.length === 10)
  await expectAllIssued(operations)
  expect(cameAgainAt - turnedAwayAt).toBeGreaterThanOrEqual(40_000)
  expect(journalled('request.deferred')).toEqual([])
})

describe('a gateway that lies', () => {
  test('outcomes of requests that this totem never made change nothing', async () => {
    const stranger = ulid()
    gateway.tell({ operation: stranger, state: 'issued', outcome: await gateway.sealOutcome(stranger) })
    gateway.tell({ operation: ulid(), state: 'refused', problem: { kind: 'not-in-family', anpr: null } })
    await expectAllIssued([totem.record()])
    expect(totem.queue.get(stranger)).toBeNull()
    expect(totem.queue.waiting(HOLDER)).toHaveLength(1)
    expect(journalled('gateway.answer-malformed').length).toBeGreaterThanOrEqual(1)
  })
  test("another totem's outcome for this request is not taken; the right one is", async () => {
    const operation = totem.record()
    const foreign = await gateway.sealOutcome(operation, {}, { totem: 'TT-0002' })
    pagesWill(page({ cursor: 0, outcomes: [{ operation, state: 'issued', outcome: foreign }] }))
    await expectAllIssued([operation])
    expect(journalled('request.deferred').map(({ fields }) => fields.reason)).toEqual(['outcome-unreadable'])
  })
  test('an outcome put under another request is not taken', async () => {
    const [mine, other] = [totem.record(), totem.record()]
    const swapped = await gateway.sealOutcome(other)
    pagesWill(page({ outcomes: [{ operation: mine, state: 'issued', outcome: swapped }] }))
    await expectAllIssued([mine, other])
  })
  test('issued and refused on one page: the first counts', async () => {
    const operation = totem.record()
    const issued = { operation, state: 'issued' as const, outcome: await gateway.sealOutcome(operation) }
    const refused = { operation, state: 'refused' as const, problem: { kind: 'not-in-family' as const, anpr: null } }
    pagesWill(page({ outcomes: [issued, refused, issued] }))
    expect((await settled(operation)).state).toBe('issued')
    expect(journalled('request.issued')).toHaveLength(1)
  })
  test('the same page again and again has no effect, and the totem pauses between polls', async () => {
    const operation = totem.record()
    expect((await settled(operation)).state).toBe('issued')
    const again = gateway.outcomes.slice()
    pagesWill(page({ cursor: 1, more: true, outcomes: again }), Number.POSITIVE_INFINITY)
    const other = totem.record()
    totem.drain.wake()
    const polls = () => gateway.asked.filter(({ path }) => path === '/v1/outcomes').length
    const [before, began] = [polls(), clock.run]
    await until(() => clock.run - began > 600_000)
    // Without pauses there would be hundreds. The longest pause is the line probe's.
    expect(polls() - before).toBeLessThan(200)
    gateway.misbehave(() => false)
    expect((await settled(other)).state).toBe('issued')
    expect(journalled('request.issued')).toHaveLength(2)
  })
  test.each([
    ['beyond everything', Number.MAX_SAFE_INTEGER],
    ['that went back', 0],
  ])('a cursor %s loses nothing', async (_, cursor) => {
    await expectAllIssued([totem.record()])
    pagesWill(page({ cursor }), 3)
    const operation = totem.record()
    expect((await settled(operation)).state).toBe('issued')
    const next = totem.record()
    expect((await settled(next)).state).toBe('issued')
    expect(gateway.effects).toHaveLength(3)
    expect(totem.queue.cursor()).toBe(3)
  })
  test.each<[string, unknown]>([
    ['with more than the contract lets a page hold', { cursor: 101, more: false, outcomes: Array(101).fill(null) }],
    ['with a cursor that is no number', { cursor: '1', more: false, outcomes: [] }],
    ['with a cursor below nothing', { cursor: -1, more: false, outcomes: [] }],
    ['of 49 MB', { cursor: 0, more: false, outcomes: [], padding: ' '.repeat(49 * 1_048_576) }],
  ])('a page %s is none', async (_, body) => {
    pagesWill((_, response) => {
      json(response, 200, body)
      return true
    })
    await expectAllIssued([totem.record()])
  })
  test('a page that does not open is given up: its request is set aside, and others go on', async () => {
    const poison = totem.record()
    gateway.misbehave(({ path, items }, response) => {
      if (path !== '/v1/operations' || !items.some(({ operation }) => operation === poison)) return false
      const results = items.map(({ operation }) =>
        operation === poison
          ? { operation, state: 'issued', outcome: 'eyJhbGci..aXY.Y2lwaGVy.dGFn' }
          : { operation, state: 'pending' },
      )
      for (const { operation } of items) if (operation !== poison) void gateway.take(operation)
      json(response, 200, { results })
      return true
    })
    for (let n = 0; n < 30 && totem.queue.get(poison)?.state !== 'aside'; n++) {
      expect((await settled(totem.record())).state).toBe('issued')
      const tries = submissions().length
      await until(() => submissions().length > tries || totem.queue.get(poison)?.state === 'aside')
    }
    expect(totem.queue.get(poison)).toMatchObject({ state: 'aside', reason: 'outcome-unreadable' })
  })
})

test('a batch that an attacker recorded and replays takes effect once', async () => {
  const operations = Array.from({ length: 5 }, () => totem.record())
  await expectAllIssued(operations)
  const replay = createGatewayClient({
    url: gateway.url,
    ...gateway.credentials,
    version: 'replay',
    onMalformed: () => undefined,
  })
  for (const { items } of submissions()) {
    const results = items.map(({ operation }) => ({ operation, state: 'issued' }))
    expect(await replay.submit({ items })).toMatchObject({ ok: true, value: { results } })
  }
  replay.close()
  expect(gateway.effects).toHaveLength(5)
})

test('answers that overtake each other: each belongs to its own request', async () => {
  const first: (() => void)[] = []
  gateway.misbehave(async (asked, response) => {
    // The first batch is answered only after a later one, of a waiting citizen.
    if (asked.path !== '/v1/operations' || first.length > 0) return false
    await new Promise<void>((go) => first.push(go))
    for (const { operation } of asked.items) await gateway.take(operation)
    json(response, 200, { results: asked.items.map(({ operation }) => ({ operation, state: 'pending' })) })
    return true
  })
  const operations = Array.from({ length: 5 }, () => totem.record())
  totem.drain.wake()
  await until(() => first.length === 1)
  const mine = totem.record()
  expect((await settled(mine)).state).toBe('issued')
  first[0]?.()
  await expectAllIssued([...operations, mine])
})

describe('64 kbit/s, 30 % loss, 2 s each way', () => {
  /** Line and deadlines run so many times faster than in the field. */
  const FASTER = 20
  const slow = (url: string) => ({
    dir,
    clock,
    gateway,
    url,
    deadlines: {
      statusMs: 5_000 / FASTER,
      slowStatusMs: 60_000 / FASTER,
      citizenMs: 20_000 / FASTER,
      backlog: { silenceMs: 60_000 / FASTER, wholeMs: 900_000 / FASTER },
    },
  })

  test('a certificate and a backlog get through, each once', async () => {
    await totem.off()
    line.latency(2_000 / FASTER)
    line.bandwidth((64_000 / 8) * FASTER)
    line.loss(0.3)
    const filler = Buffer.alloc(3_000, 'x').toString('base64url')
    totem = powerOn(slow(`https://127.0.0.1:${line.port}`))
    const operations = Array.from({ length: 12 }, () => totem.record(undefined, filler))
    const mine = totem.record(undefined, filler)
    expect((await settled(mine)).state).toBe('issued')
    await until(() => totem.settled.length === 13)
    await expectAllIssued([...operations, mine])
  })
})
