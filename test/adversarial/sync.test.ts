// Over 400 lines: one totem, one scripted gateway, and every misfortune on the line between them.
import { mkdtempSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { ulid } from 'ulid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../basics/time.ts'
import { familySheet, preview, type RefusalKind, session } from '../../contract/gateway.ts'
import type { JournalBatch } from '../../contract/journal.ts'
import type { Operation } from '../../main/queue/queue.ts'
import { openOutcome } from '../../main/queue/sealing.ts'
import { createGatewayClient } from '../../main/sync/client.ts'
import { json, type ScriptedGateway, startScriptedGateway, text, type Whim } from '../support/sync/scripted-gateway.ts'
import { HOLDER, powerOn as poweredOn, type TestClock, type Totem, until } from '../support/sync/syncing-totem.ts'

const FAMILY = '/v1/sessions/current/family'
const T0 = Date.parse('2026-11-22T09:00:00.000Z')

let dir: string
let clock: TestClock
let gatewayClock: number
let gateway: ScriptedGateway
let totem: Totem
const powerOn = () => poweredOn({ dir, clock, gateway })

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sync-'))
  clock = { wall: T0, run: 0 }
  gatewayClock = T0
  gateway = await startScriptedGateway(() => gatewayClock)
  totem = powerOn()
})
afterEach(async () => {
  await totem.off()
  await gateway.close()
  rmSync(dir, { recursive: true, force: true })
})

const record = (requestedAt?: number) => totem.record(requestedAt)
const patience = () => AbortSignal.timeout(50_000)
const settled = (operation: string) => totem.drain.settled(operation, patience())
const submissionsOf = (operation: string) =>
  gateway.asked.flatMap(({ items }) => items.filter((item) => item.operation === operation))
/** Answers the next requests to /v1/operations this way, and later ones honestly. */
const operationsWill = (whim: Whim, times: number) => {
  let left = times
  gateway.misbehave((asked, response) =>
    asked.path === '/v1/operations' && left-- > 0 ? whim(asked, response) : false,
  )
}
async function expectIssued(operation: string, found: Operation): Promise<void> {
  if (found.state !== 'issued') throw new Error(found.state)
  const opened = await openOutcome(found.outcome, gateway.outcomeKeys, operation, 'TT-0001')
  expect(opened).toMatchObject({ ok: true, value: { operation } })
}
const journalled = (event: string) => [...totem.journal.entries()].filter((entry) => entry.event === event)
test('a request is answered within the visit, and the log records it in order', async () => {
  const operation = record()
  await expectIssued(operation, await settled(operation))
  expect(totem.settled).toEqual([operation])
  expect(totem.queue.waiting(HOLDER)).toHaveLength(1)
  const story = [...totem.journal.entries()].map(({ event }) => event)
  expect(story).toEqual(['line.changed', 'request.submitted', 'request.issued'])
  // A settled outcome is told at once.
  expect((await settled(operation)).state).toBe('issued')
})

/** Ways in which an answer goes wrong; `alarm`: the log says that the answer breaks the contract. */
const misfortunes: Record<string, { whim: Whim; alarm: boolean }> = {
  'web page of a captive portal': { alarm: true, whim: answer(200, '<html>Accedi alla rete</html>') },
  'empty answer': { alarm: true, whim: answer(200, '') },
  'half a JSON': { alarm: true, whim: answer(200, '{"results":[{"operation":') },
  'JSON of something else': { alarm: true, whim: answer(200, '{"results":"all well"}') },
  'more than the contract has': { alarm: true, whim: answer(200, '{"results":[],"advert":1}') },
  redirect: { alarm: true, whim: answer(302, '') },
  'refusal that is no problem': { alarm: true, whim: answer(403, 'Forbidden by proxy') },
  'refusal of the whole batch': { alarm: false, whim: answer(400, '{"kind":"request-malformed","anpr":null}') },
  'gateway error': { alarm: false, whim: answer(500, 'oops') },
  'gateway restarting': { alarm: false, whim: answer(503, '') },
  'gateway over-loaded': { alarm: false, whim: answer(429, '') },
  'item missing from the answer': { alarm: false, whim: answer(200, '{"results":[]}') },
  'item put off by the gateway': {
    alarm: false,
    whim: perItem((operation) => ({ operation, state: 'later', reason: 'busy' })),
  },
  'ANPR away': { alarm: false, whim: refusedAs('anpr-unavailable') },
  'request not understood': { alarm: false, whim: refusedAs('request-malformed') },
  'statement from the future': { alarm: false, whim: refusedAs('statement-stale') },
  'answer for somebody else': {
    alarm: true,
    whim: perItem(async () => {
      const other = ulid()
      return { operation: other, state: 'issued', outcome: await gateway.sealOutcome(other) }
    }),
  },
  "somebody else's outcome": {
    alarm: true,
    whim: perItem(async (operation) => ({ operation, state: 'issued', outcome: await gateway.sealOutcome(ulid()) })),
  },
  'outcome with a changed body': {
    alarm: true,
    whim: perItem(async (operation) => ({
      operation,
      state: 'issued',
      outcome: await gateway.sealOutcome(operation, { operation: ulid() }),
    })),
  },
  'outcome that is none': { alarm: true, whim: perItem((operation) => ({ operation, state: 'issued', outcome: '' })) },
  'refusal with a code that is none': {
    alarm: true,
    whim: perItem((operation) => ({
      operation,
      state: 'refused',
      problem: { kind: 'not-in-family', anpr: "'; DROP TABLE operation; --" },
    })),
  },
  'line cut before the answer': {
    alarm: false,
    whim: (_, response) => {
      response.socket?.destroy()
      return true
    },
  },
  'line cut in the middle of the answer': {
    alarm: false,
    whim: async ({ items }, response) => {
      // The worst moment: the request took effect and the totem does not know.
      const results = []
      for (const { operation } of items) {
        await gateway.take(operation)
        results.push({ operation, state: 'pending' })
      }
      const whole = JSON.stringify({ results })
      response.writeHead(200, { 'content-length': whole.length })
      response.write(whole.slice(0, whole.length / 2), () => response.socket?.destroy())
      return true
    },
  },
}
function answer(status: number, body: string): Whim {
  return (_, response) => {
    text(response, status, body)
    return true
  }
}
function perItem(result: (operation: string) => unknown): Whim {
  return async ({ items }, response) => {
    json(response, 200, { results: await Promise.all(items.map(({ operation }) => result(operation))) })
    return true
  }
}
function refusedAs(kind: RefusalKind): Whim {
  return perItem((operation) => ({ operation, state: 'refused', problem: { kind, anpr: null } }))
}

describe('the request stays queued and takes effect once in spite of', () => {
  test.each(Object.entries(misfortunes))('%s', async (_, { whim, alarm }) => {
    operationsWill(whim, 3)
    const operation = record()
    await expectIssued(operation, await settled(operation))
    expect(gateway.effects).toEqual([operation])
    // Every try sends the same operation id and the same bytes, which makes a retry harmless.
    const submissions = submissionsOf(operation)
    expect(submissions).toHaveLength(4)
    expect(new Set(submissions.map(({ sealed }) => sealed)).size).toBe(1)
    expect(journalled('request.deferred').length).toBeGreaterThan(0)
    expect(journalled('gateway.answer-malformed').length).toBe(alarm ? 3 : 0)
    expect(totem.journal.verify().ok).toBe(true)
  })
  test('a second answer for the same item', async () => {
    operationsWill(async ({ items: [item] }, response) => {
      const operation = item?.operation ?? ''
      json(response, 200, {
        results: [
          { operation, state: 'issued', outcome: await gateway.issue(operation) },
          { operation, state: 'refused', problem: { kind: 'not-in-family', anpr: null } },
        ],
      })
      return true
    }, 1)
    const operation = record()
    await expectIssued(operation, await settled(operation))
    expect(journalled('gateway.answer-malformed')).toHaveLength(1)
  })
})

test('any sequence of misfortunes over any batch: every request is issued once in the end', async () => {
  const whims = Object.values(misfortunes).map(({ whim }) => whim)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(whims.length - 1), { maxLength: 12 }),
      fc.integer({ min: 1, max: 45 }),
      async (script, count) => {
        const before = gateway.effects.length
        let turn = 0
        gateway.misbehave((asked, response) => {
          const whim = asked.path === '/v1/operations' ? whims[script[turn++] ?? -1] : undefined
          return whim ? whim(asked, response) : false
        })
        const operations = Array.from({ length: count }, () => record())
        for (const operation of operations) await expectIssued(operation, await settled(operation))
        expect(gateway.effects.slice(before).sort()).toEqual([...operations].sort())
      },
    ),
    { numRuns: 12 },
  )
})

describe('a poison item', () => {
  const poisons: Record<string, (poison: string) => Whim> = {
    'that makes its whole batch fail': (poison) => (asked, response) => {
      if (!asked.items.some(({ operation }) => operation === poison)) return false
      text(response, 500, 'poison')
      return true
    },
    'at which whatever stands in the line resets it': (poison) => (asked, response) => {
      if (!asked.items.some(({ operation }) => operation === poison)) return false
      response.socket?.destroy()
      return true
    },
    'that the gateway does not understand': (poison) => async (asked, response) => {
      if (!asked.items.some(({ operation }) => operation === poison)) return false
      const malformed = { state: 'refused', problem: { kind: 'request-malformed', anpr: null } }
      for (const { operation } of asked.items) if (operation !== poison) await gateway.take(operation)
      const results = asked.items.map(({ operation }) =>
        operation === poison ? { operation, ...malformed } : { operation, state: 'pending' },
      )
      json(response, 200, { results })
      return true
    },
  }
  test.each(Object.entries(poisons))(
    '%s blocks nobody, is set aside with its reason, and goes again when told',
    async (_, whim) => {
      const [poison = '', ...others] = Array.from({ length: 45 }, () => record())
      gateway.misbehave(whim(poison))
      totem.drain.wake()
      await until(() => totem.settled.length === 44)
      expect([...totem.settled].sort()).toEqual([...others].sort())
      // A failure is the item's own only while others go through.
      expect(totem.queue.get(poison)).toMatchObject({ state: 'queued' })
      for (let day = 0; day < 40 && totem.queue.get(poison)?.state !== 'aside'; day++) {
        expect((await settled(record())).state).toBe('issued')
        const tries = submissionsOf(poison).length
        await until(() => submissionsOf(poison).length > tries || totem.queue.get(poison)?.state === 'aside')
      }
      expect(totem.queue.get(poison)).toMatchObject({ state: 'aside', reason: expect.stringMatching(/./) })
      expect(journalled('request.set-aside').map(({ fields }) => fields.operation)).toEqual([poison])
      expect(totem.settled).toContain(poison)
      gateway.misbehave(() => false)
      totem.queue.retry(poison)
      expect((await settled(poison)).state).toBe('issued')
    },
  )
  test('is not suspected when the gateway fails every item', async () => {
    operationsWill(answer(500, 'oops'), 60)
    const operations = Array.from({ length: 5 }, () => record())
    totem.drain.wake()
    await until(() => totem.settled.length === 5)
    expect([...totem.settled].sort()).toEqual([...operations].sort())
    expect(journalled('request.set-aside')).toEqual([])
  })
})

test('a waiting citizen’s request goes before a month of backlog', async () => {
  await gateway.cut()
  for (let n = 0; n < 100; n++) record()
  const mine = record()
  const answered = settled(mine)
  await gateway.restore()
  totem.drain.wake()
  expect((await answered).state).toBe('issued')
  expect(gateway.asked.find(({ path }) => path === '/v1/operations')?.items.map((item) => item.operation)).toEqual([
    mine,
  ])
})

test('a waiting citizen’s request is sent again each second while ANPR is away', async () => {
  // An ordinary back-off would have grown to minutes by then.
  operationsWill(refusedAs('anpr-unavailable'), 10)
  const operation = record()
  await expectIssued(operation, await settled(operation))
  expect(journalled('request.deferred').map(({ fields }) => fields.waitMs)).toEqual(Array(10).fill(1_000))
})

describe('a request that the gateway took in', () => {
  const pending: Whim = perItem((operation) => ({ operation, state: 'pending' }))

  test('and lost is sent again after some hours, and takes effect once', async () => {
    await totem.off()
    totem = poweredOn({ dir, clock, gateway, lineProbeMs: 300_000 })
    operationsWill(pending, 1)
    const operation = record()
    await expectIssued(operation, await settled(operation))
    expect(submissionsOf(operation)).toHaveLength(2)
    expect(journalled('request.overdue').map(({ fields }) => fields)).toEqual([{ operation }])
    expect(clock.run).toBeGreaterThanOrEqual(6 * 3_600_000)
  })
  test('and lost with all its outcomes is sent again as soon as its cursor shows the loss', async () => {
    for (let n = 0; n < 3; n++) expect((await settled(record())).state).toBe('issued')
    expect(totem.queue.cursor()).toBe(3)
    operationsWill(pending, 1)
    const operation = record()
    totem.drain.wake()
    await until(() => totem.queue.get(operation)?.state === 'submitted')
    // A gateway set up anew: it knows no request, and soon another totem's.
    gateway.outcomes.length = 0
    const one = record()
    expect((await settled(one)).state).toBe('issued')
    await expectIssued(operation, await settled(operation))
    expect(clock.run).toBeLessThan(3_600_000)
    expect(totem.queue.cursor()).toBe(gateway.outcomes.length)
  })
  test('and lost is sent again once, however long ANPR is away then', async () => {
    for (let n = 0; n < 3; n++) expect((await settled(record())).state).toBe('issued')
    operationsWill(pending, Number.POSITIVE_INFINITY)
    const operation = record()
    totem.drain.wake()
    await until(() => totem.queue.get(operation)?.state === 'submitted')
    gateway.outcomes.length = 0
    gateway.tell({ operation: ulid(), state: 'refused', problem: { kind: 'not-in-family', anpr: null } })
    await until(() => submissionsOf(operation).length > 1)
    const beats = gateway.heartbeats.length
    await until(() => gateway.heartbeats.length > beats + 3)
    expect(submissionsOf(operation)).toHaveLength(2)
  })
  test('is waited for after a restart', async () => {
    operationsWill(pending, 1)
    const operation = record()
    totem.drain.wake()
    await until(() => totem.queue.get(operation)?.state === 'submitted')
    await totem.off()
    totem = powerOn()
    await gateway.take(operation)
    await expectIssued(operation, await settled(operation))
    expect(submissionsOf(operation)).toHaveLength(1)
  })
})

test('a refusal of one request says why and leaves the rest alone', async () => {
  const [one = '', two = ''] = [record(), record()]
  gateway.misbehave(async ({ path, items }, response) => {
    if (path !== '/v1/operations') return false
    const results = []
    for (const { operation } of items)
      results.push(
        operation === one
          ? { operation, state: 'refused', problem: { kind: 'certificate-not-issuable', anpr: 'EN160' } }
          : { operation, state: 'issued', outcome: await gateway.issue(operation) },
      )
    json(response, 200, { results })
    return true
  })
  expect(await settled(one)).toMatchObject({ state: 'refused', reason: 'certificate-not-issuable', anpr: 'EN160' })
  expect((await settled(two)).state).toBe('issued')
  expect(journalled('request.refused').map(({ fields }) => fields)).toEqual([
    { operation: one, reason: 'certificate-not-issuable', anpr: 'EN160' },
  ])
})

describe('line-down', () => {
  test('the citizen is told that the request is pending; it is answered when the line is back', async () => {
    await gateway.cut()
    const operation = record()
    const enough = new AbortController()
    const waiting = totem.drain.settled(operation, enough.signal)
    await until(() => totem.lines.includes('down'))
    enough.abort()
    expect(await waiting).toMatchObject({ state: 'queued' })
    await gateway.restore()
    expect((await settled(operation)).state).toBe('issued')
    expect(totem.lines.slice(-2)).toEqual(['down', 'up'])
  })
  test('an answer that came after the citizen left is there after a restart', async () => {
    const operation = record()
    operationsWill(async ({ items }, response) => {
      for (const item of items) await gateway.take(item.operation)
      response.socket?.destroy()
      return true
    }, 1)
    totem.drain.wake()
    await until(() => gateway.effects.length === 1)
    await totem.off()
    totem = powerOn()
    await expectIssued(operation, await settled(operation))
    expect(gateway.effects).toEqual([operation])
    expect(submissionsOf(operation).length).toBeGreaterThan(1)
  })
})

test('outcomes are acknowledged with what only the outcome key opens, and again after a restart', async () => {
  const first = [record(), record()]
  for (const operation of first) await settled(operation)
  const slow = record()
  gateway.misbehave(({ path }, response) => {
    if (path !== '/v1/operations') return false
    const results = [{ operation: slow, state: 'pending' }]
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }))
    return true
  })
  // It waits for the third, and says meanwhile that it has the two before.
  await expect.poll(() => gateway.acknowledged, { timeout: 50_000 }).toContain(2)
  await totem.off()
  gateway.acknowledged.length = 0
  totem = powerOn()
  gateway.misbehave(() => false)
  await gateway.take(slow)
  await expect.poll(() => totem.queue.get(slow)?.state, { timeout: 50_000 }).toBe('issued')
  const next = record()
  await settled(next)
  await expect.poll(() => Math.max(...gateway.acknowledged), { timeout: 50_000 }).toBeGreaterThanOrEqual(3)
})

test('a page in place of the gateway for three hours: the log tells it when it begins, then once an hour', async () => {
  await totem.off()
  totem = poweredOn({ dir, clock, gateway, withoutFloods: true })
  const already = [...totem.journal.entries()].length
  gateway.misbehave(answer(200, '<!doctype html><title>Accesso a Internet</title>'))
  const operation = record()
  await until(() => clock.wall > T0 + 3.5 * HOUR_MS)
  const told = [...totem.journal.entries()].slice(already)
  const malformed = told.filter(({ event }) => event === 'gateway.answer-malformed').map(({ fields }) => fields)
  expect(totem.malformed.length).toBeGreaterThan(100)
  expect(malformed.length).toBeLessThanOrEqual(3 * 4)
  expect(malformed).toContainEqual({ path: 'v1.status', httpStatus: 200, times: expect.any(Number) })
  expect(journalled('line.changed').at(-1)?.fields).toMatchObject({ state: 'down', reason: 'not-our-gateway' })
  expect(told.length).toBeLessThan(40)
  gateway.misbehave(() => false)
  expect((await settled(operation)).state).toBe('issued')
})

test('a gateway that has no room for a backlog: it is kept, comes in as there is room, and does not hammer', async () => {
  const operations = Array.from({ length: 60 }, () => record())
  const ROOM = 5
  let submissions = 0
  let largest = 0
  gateway.misbehave(async ({ path, items }, response) => {
    if (path !== '/v1/operations') return false
    submissions++
    largest = Math.max(largest, items.length)
    const results = []
    for (const [index, { operation }] of items.entries()) {
      if (index < ROOM) await gateway.take(operation)
      results.push({
        operation,
        ...(index < ROOM ? { state: 'pending' } : { state: 'later', reason: 'too-many-pending' }),
      })
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }))
    return true
  })
  const began = clock.run
  await expect.poll(() => totem.queue.waiting(HOLDER).length, { timeout: 50_000, interval: 50 }).toBe(operations.length)
  expect(submissions).toBeLessThanOrEqual(operations.length / ROOM + 2)
  expect(largest).toBeGreaterThan(ROOM)
  // Eleven rests of a second or more.
  expect(clock.run - began).toBeGreaterThanOrEqual(10_000)
  // First come, first served, and nothing was counted against any of them.
  expect(gateway.effects).toEqual(operations)
  expect(journalled('request.deferred')).toEqual([])
})

test('switched off in the middle of an exchange: the stores close at once, and nothing is written later', async () => {
  const operation = record()
  gateway.misbehave(({ path }) => path === '/v1/operations')
  totem.drain.wake()
  await until(() => submissionsOf(operation).length === 1)
  const stopped = totem.drain.stop()
  totem.client.close()
  totem.journal.close()
  totem.queue.close()
  await stopped
  gateway.misbehave(() => false)
  totem = powerOn()
  expect((await settled(operation)).state).toBe('issued')
  expect(gateway.effects).toEqual([operation])
})

describe('clock-jumps', () => {
  test.each([
    ['a year ahead and back', [365 * DAY_MS, 0]],
    ['to 1970', [-T0]],
    ['back by an hour', [-3_600_000]],
  ])('%s: what was put off still goes', async (_, jumps) => {
    let fail = true
    gateway.misbehave(({ path }, response) => {
      if (path !== '/v1/operations' || !fail) return false
      text(response, 503, '')
      return true
    })
    const operation = record()
    totem.drain.wake()
    for (const jump of jumps) {
      const tries = submissionsOf(operation).length
      clock.wall = T0 + jump
      await until(() => submissionsOf(operation).length >= tries + 2)
    }
    fail = false
    expect((await settled(operation)).state).toBe('issued')
  })
  test('a totem whose clock runs ahead throws no request away: the gateway tells it the time', async () => {
    clock.wall = T0 + 400 * DAY_MS
    const operation = record(T0)
    expect((await settled(operation)).state).toBe('issued')
  })
})

describe('a wrong clock erases no promised request', () => {
  const behind = T0 - 40 * DAY_MS

  test("the totem's 40 days behind: a request recorded without a line goes when the line is back", async () => {
    await totem.off()
    clock.wall = behind
    await gateway.cut()
    totem = powerOn()
    const operation = record()
    await until(() => totem.lines.includes('down'))
    await gateway.restore()
    expect((await settled(operation)).state).toBe('issued')
  })
  test("the totem's 40 days behind: a request without an immediate answer is still asked for hours later", async () => {
    await totem.off()
    clock.wall = behind
    operationsWill(
      perItem((operation) => ({ operation, state: 'later', reason: 'busy' })),
      Number.POSITIVE_INFINITY,
    )
    totem = powerOn()
    const operation = record()
    totem.drain.wake()
    await until(() => submissionsOf(operation).length > 0)
    clock.wall += 2 * 3_600_000
    const tries = submissionsOf(operation).length
    await until(() => submissionsOf(operation).length > tries + 1)
    gateway.misbehave(() => false)
    expect((await settled(operation)).state).toBe('issued')
  })
  test("the totem's 40 days behind, then put right: a certificate issued meanwhile waits its 30 days", async () => {
    await totem.off()
    clock.wall = behind
    totem = powerOn()
    const operation = record()
    expect((await settled(operation)).state).toBe('issued')
    clock.wall = T0
    const probes = gateway.asked.length
    await until(() => gateway.asked.length > probes + 5)
    expect(totem.queue.get(operation)).toMatchObject({ state: 'issued' })
  })
  test("the gateway's 40 days ahead: an issued certificate waits its 30 days", async () => {
    const operation = record()
    expect((await settled(operation)).state).toBe('issued')
    gatewayClock = T0 + 40 * DAY_MS
    clock.run += 3_600_000
    const probes = gateway.asked.length
    await until(() => gateway.asked.length > probes + 5)
    expect(totem.queue.get(operation)).toMatchObject({ state: 'issued' })
  })
  test('the gateway finds a request of today too old: kept, and asked again', async () => {
    operationsWill(refusedAs('request-expired'), 3)
    const operation = record()
    await expectIssued(operation, await settled(operation))
    expect(journalled('request.deferred').map(({ fields }) => fields.reason)).toEqual(Array(3).fill('request-expired'))
  })
  test('a request that both clocks find too old is refused for good', async () => {
    operationsWill(refusedAs('request-expired'), 1)
    const operation = record(T0 - 31 * DAY_MS)
    expect(await settled(operation)).toMatchObject({ state: 'refused', reason: 'request-expired' })
  })
})

test('a request that is too old expires, and the waiting person is told', async () => {
  operationsWill(
    perItem((operation) => ({ operation, state: 'pending' })),
    Number.POSITIVE_INFINITY,
  )
  const [old, young] = [record(T0 - 31 * DAY_MS), record(T0 - 29 * DAY_MS)]
  // The next check for expired requests.
  clock.run += 3_600_000
  expect(await settled(old)).toMatchObject({ state: 'expired' })
  expect(totem.queue.get(young)).toMatchObject({ state: 'submitted' })
  expect(journalled('request.refused').map(({ fields }) => fields)).toEqual([
    { operation: old, reason: 'request-expired' },
  ])
})

describe('the sync log at the gateway', () => {
  const untilHeld = (seq: number) => until(() => gateway.journal.length >= seq)
  test('is whole and in order, line cuts and restarts included', async () => {
    for (let round = 0; round < 3; round++) {
      totem.journal.record('printer.changed', { status: 'ready' })
      if (round === 1) await gateway.cut()
      await totem.off()
      if (round === 1) await gateway.restore()
      totem = powerOn()
    }
    for (let n = 0; n < 1_200; n++) totem.journal.record('printer.changed', { status: 'paperLow' })
    await untilHeld(1_203)
    await totem.drain.stop()
    expect(gateway.journal).toEqual([...totem.journal.entries()].slice(0, gateway.journal.length))
  })
  test.each<[string, (response: ServerResponse) => void]>([
    ['that is cut when it carries much', (response) => void response.socket?.destroy()],
    ['so slow that the gateway gives up', (response) => void response.writeHead(408).end()],
  ])('gets through over a line %s, in smaller parts', async (_, cut) => {
    gateway.misbehave(({ path, body }, response) => {
      if (path !== '/v1/journal' || (body as JournalBatch).entries.length <= 100) return false
      cut(response)
      return true
    })
    for (let n = 0; n < 600; n++) totem.journal.record('printer.changed', { status: 'ready' })
    await untilHeld(600)
  })
  test('is sent again from where the gateway lost it', async () => {
    for (let n = 0; n < 10; n++) totem.journal.record('printer.changed', { status: 'ready' })
    await untilHeld(10)
    gateway.journal.length = 4
    totem.journal.record('printer.changed', { status: 'ready' })
    await untilHeld(11)
    expect(gateway.journal.map(({ seq }) => seq)).toEqual(gateway.journal.map((_, index) => index + 1))
  })
  test.each<[string, Whim, string]>([
    ['refused', answer(400, '{"kind":"request-malformed","anpr":null}'), ''],
    ['held beyond belief', answer(200, '{"upTo":1000000,"anchor":null,"forked":false}'), 'v1.journal'],
    ['answered with garbage', answer(200, '[]'), 'v1.journal'],
  ])('%s: requests go on, and the log is kept', async (_, whim, path) => {
    gateway.misbehave((asked, response) => (asked.path === '/v1/journal' ? whim(asked, response) : false))
    const operation = record()
    expect((await settled(operation)).state).toBe('issued')
    await until(() => gateway.asked.some(({ path }) => path === '/v1/journal'))
    expect((await settled(record())).state).toBe('issued')
    const held = [...totem.journal.entries()].length
    gateway.misbehave(() => false)
    await untilHeld(held)
    if (path) expect(journalled('gateway.answer-malformed')[0]?.fields).toEqual({ path, httpStatus: 200 })
  })
})

describe('the gateway client', () => {
  const clientWith = (credentials: { ca: string; certificate: string; key: string }, url = gateway.url) =>
    createGatewayClient({ url, ...credentials, version: 'test', onMalformed: () => undefined })

  test('takes no answer from a gateway whose certificate is of another authority', async () => {
    const client = clientWith({ ...gateway.credentials, ca: gateway.foreign.ca })
    expect(await client.status()).toEqual({
      ok: false,
      error: { kind: 'line-down', reason: expect.stringMatching(/^(SELF_SIGNED_CERT|UNABLE_TO)/) },
    })
    client.close()
  })
  test('gets no answer with a certificate that is no totem certificate', async () => {
    const { certificate, key } = gateway.foreign
    const client = clientWith({ ...gateway.credentials, certificate, key })
    expect(await client.status()).toMatchObject({ ok: false, error: { kind: 'line-down' } })
    client.close()
  })
  test('takes no answer from a gateway under another name', async () => {
    // The certificate does not hold 127.0.0.2.
    const client = clientWith(gateway.credentials, gateway.url.replace('127.0.0.1', '127.0.0.2'))
    expect(await client.status()).toMatchObject({ ok: false, error: { kind: 'line-down' } })
    client.close()
  })
  test('gives up on a line that has silently died', async () => {
    const client = createGatewayClient({
      url: gateway.url,
      ...gateway.credentials,
      version: 'test',
      onMalformed: () => undefined,
      deadlines: { statusMs: 200, slowStatusMs: 400, citizenMs: 200, backlog: { silenceMs: 200, wholeMs: 400 } },
    })
    gateway.misbehave(() => true)
    for (const answered of [
      await client.status(),
      await client.ask(familySheet, FAMILY, { token: 'token' }),
      await client.operations(),
    ])
      expect(answered).toEqual({ ok: false, error: { kind: 'line-down', reason: 'timeout' } })
    client.close()
  })
  test('asks again when an idle connection was closed, unless the request may go only once', async () => {
    const evidence = {
      by: 'card',
      statement: {
        purpose: 'totem-polis/login/3',
        caller: { channel: 'totem', id: 'TT-0001' },
        session: ulid(),
        at: new Date(T0).toISOString(),
        challenge: Buffer.alloc(32).toString('base64'),
        nonce: Buffer.alloc(32).toString('base64'),
      },
      certificate: 'AAAA',
      signature: 'AAAA',
    } as const
    await totem.drain.stop()
    for (const [ask, asked] of [
      [() => totem.client.operations(), 2],
      [() => totem.client.ask(session, '/v1/sessions', { body: evidence, repeatable: false }), 1],
    ] as const) {
      gateway.misbehave(() => false)
      expect((await totem.client.status()).ok).toBe(true)
      const before = gateway.asked.length
      gateway.misbehave((_, response) => {
        response.socket?.destroy()
        return true
      })
      expect(await ask()).toMatchObject({ ok: false, error: { kind: 'line-down' } })
      expect(gateway.asked.length - before).toBe(asked)
    }
  })
  test('names the path of each malformed answer, and carries the bearer token', async () => {
    await totem.drain.stop()
    totem.malformed.length = 0
    gateway.misbehave(answer(200, '{"surprise":1}'))
    const request = {
      subject: 'AB10234CP',
      types: ['8' as const],
      bollo: { kind: 'exempt', exemption: 'adozione' } as const,
    }
    for (const answered of [
      await totem.client.status(),
      await totem.client.ask(familySheet, FAMILY, { token: 'token' }),
      await totem.client.ask(preview, '/v1/previews', { token: 'token', body: request }),
      await totem.client.operations(),
    ])
      expect(answered).toEqual({ ok: false, error: { kind: 'answer-malformed' } })
    expect(totem.malformed).toEqual([
      'v1.status 200',
      'v1.sessions.current.family 200',
      'v1.previews 200',
      'v1.operations 200',
    ])
  })
  test('reports a refusal with its reason', async () => {
    gateway.misbehave(answer(403, '{"kind":"certificate-revoked","anpr":null}'))
    expect(await totem.client.ask(familySheet, FAMILY, { token: 'token' })).toEqual({
      ok: false,
      error: { kind: 'refused', problem: { kind: 'certificate-revoked', anpr: null } },
    })
  })
})
