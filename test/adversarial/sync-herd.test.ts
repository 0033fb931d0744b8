import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGatewayClient } from '../../main/sync/client.ts'
import { json, type ScriptedGateway, startScriptedGateway } from '../support/sync/scripted-gateway.ts'
import { powerOn, type TestClock, type Totem, until } from '../support/sync/syncing-totem.ts'

// One totem among thousands that call one gateway must not load it.

const T0 = Date.parse('2026-11-22T09:00:00.000Z')
const PATIENT = ['/v1/operations', '/v1/journal', '/v1/heartbeat']
const RETRY_AFTER_S = 40

let dir: string
let clock: TestClock
let gateway: ScriptedGateway
let totem: Totem

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sync-herd-'))
  clock = { wall: T0, run: 0 }
  gateway = await startScriptedGateway(() => T0)
})
afterEach(async () => {
  await totem.off()
  await gateway.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Each request with its time, in ms of the totem's monotonic clock. */
function watched(turnAway: (path: string) => boolean): { path: string; at: number }[] {
  const came: { path: string; at: number }[] = []
  gateway.misbehave(async ({ path }, response) => {
    came.push({ path, at: clock.run })
    if (!turnAway(path)) return false
    response.writeHead(429, { 'retry-after': String(RETRY_AFTER_S) }).end()
    return true
  })
  return came
}

test('the totem does not probe a line over which answers come', async () => {
  totem = powerOn({ dir, clock, gateway, lineProbeMs: 90_000 })
  await until(() => gateway.heartbeats.length > 60)
  expect(gateway.asked.filter(({ path }) => path === '/v1/status')).toHaveLength(1)
})

test('with nothing else to send, the totem probes at its interval', async () => {
  totem = powerOn({ dir, clock, gateway, lineProbeMs: 15_000 })
  await until(() => gateway.heartbeats.length > 10)
  const questions = gateway.asked.filter(({ path }) => path === '/v1/status').length
  expect(questions / gateway.heartbeats.length).toBeGreaterThan(2)
})

test('when turned away, log and heartbeat stay away too, and a citizen is served at once', async () => {
  let turnedAway = 0
  const came = watched((path) => path === '/v1/operations' && turnedAway++ === 0)
  totem = powerOn({ dir, clock, gateway })
  const backlog = [totem.record(), totem.record()]
  totem.drain.wake()
  await until(() => turnedAway > 0)
  const waits = totem.record()
  const { state } = await totem.drain.settled(waits, AbortSignal.timeout(30_000))
  expect(state).toBe('issued')
  await until(() => backlog.every((operation) => totem.queue.get(operation)?.state === 'issued'))

  const [away, express, ...others] = came.filter(({ path }) => PATIENT.includes(path))
  expect(away?.path).toBe('/v1/operations')
  expect(express?.path).toBe('/v1/operations')
  expect((express?.at ?? 0) - (away?.at ?? 0)).toBeLessThan(5_000)
  const next = (others[0]?.at ?? 0) - (away?.at ?? 0)
  expect(next).toBeGreaterThanOrEqual(1_000 * RETRY_AFTER_S)
})

test('a month without a line: log and heartbeat give the backlog a minute, then have their turn', async () => {
  // The gateway defers everything, so that there is always a backlog.
  const came = watched((path) => path === '/v1/operations')
  totem = powerOn({ dir, clock, gateway })
  totem.record()
  totem.drain.wake()
  await until(() => gateway.heartbeats.length > 1 && came.some(({ path }) => path === '/v1/journal'))
  const up = came.find(({ path }) => path === '/v1/status')?.at ?? 0
  const first = came.find(({ path }) => path === '/v1/heartbeat')?.at ?? 0
  expect(first - up).toBeGreaterThanOrEqual(60_000)
})

test('the long poll starts again on its own connection, and the heartbeat keeps the other', async () => {
  totem = powerOn({ dir, clock, gateway })
  await totem.drain.stop()
  const connections: string[] = []
  gateway.misbehave(({ path }, response) => {
    connections.push(`${path} ${response.socket?.remotePort}`)
    return false
  })
  const onMalformed = () => undefined
  const client = createGatewayClient({ url: gateway.url, ...gateway.credentials, version: 'test', onMalformed })
  for (let outcome = 0; outcome < 4; outcome++) {
    const poll = client.outcomes(outcome, 50, '')
    await until(() => gateway.holding() === 1)
    expect((await client.status()).ok).toBe(true)
    await turn()
    gateway.tell({
      operation: '01KANQ00000000000000000009',
      state: 'refused',
      problem: { kind: 'not-in-family', anpr: null },
    })
    expect((await poll).ok).toBe(true)
    await turn()
  }
  client.close()
  expect(connections).toHaveLength(8)
  expect(new Set(connections).size).toBe(2)
})

test('a log that takes minutes to send does not silence the heartbeat', async () => {
  totem = powerOn({ dir, clock, gateway })
  for (let entry = 0; entry < 3_000; entry++) totem.journal.record('line.changed', { state: 'up' })
  let heartbeats = 0
  gateway.misbehave(({ path }) => {
    if (path !== '/v1/journal') return false
    clock.run += 30_000
    heartbeats = gateway.heartbeats.length
    return false
  })
  await until(() => totem.journal.unsentCount() === 0)
  expect(heartbeats).toBeGreaterThan(2)
})

test('a line that fails within a minute, again and again: log and heartbeat have their turn beside a backlog', async () => {
  gateway.misbehave(({ path }, response) => {
    if (clock.run % 80_000 > 50_000) response.socket?.destroy()
    else if (path !== '/v1/operations') return false
    else response.writeHead(429, { 'retry-after': '1' }).end()
    return true
  })
  totem = powerOn({ dir, clock, gateway })
  totem.record()
  totem.drain.wake()
  await until(() => clock.run > 3_600_000)
  expect(totem.lines.filter((state) => state === 'down').length).toBeGreaterThan(20)
  expect(gateway.heartbeats.length).toBeGreaterThan(5)
  expect(gateway.journal.length).toBeGreaterThan(5)
})

test('a citizen’s request that was turned away is sent again while the citizen waits', async () => {
  let turnedAway = 0
  const came = watched((path) => path === '/v1/operations' && turnedAway++ === 0)
  totem = powerOn({ dir, clock, gateway })
  expect((await totem.drain.settled(totem.record(), AbortSignal.timeout(30_000))).state).toBe('issued')
  const [away, again] = came.filter(({ path }) => path === '/v1/operations')
  expect((again?.at ?? 0) - (away?.at ?? 0)).toBeLessThanOrEqual(15_000)
})

test('heartbeats that an older gateway does not take: the totem asks for the time beside a poll held for hours', async () => {
  gateway.misbehave(({ path, items }, response) => {
    if (path === '/v1/heartbeat') json(response, 400, { kind: 'request-malformed', anpr: null })
    else if (path !== '/v1/operations') return false
    else json(response, 200, { results: items.map(({ operation }) => ({ operation, state: 'pending' })) })
    return true
  })
  totem = powerOn({ dir, clock, gateway })
  totem.record()
  totem.drain.wake()
  await until(() => gateway.holding() === 1)
  const before = gateway.asked.length
  const from = clock.run
  await until(() => clock.run > from + 3_600_000)
  const asked = gateway.asked.slice(before).filter(({ path }) => path === '/v1/status')
  expect(asked.length).toBeGreaterThan(50)
  expect(asked.length).toBeLessThan(70)
  expect(totem.lines).toEqual(['up'])
})
