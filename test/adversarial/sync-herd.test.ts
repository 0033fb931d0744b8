import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.ts'
import { powerOn, type TestClock, type Totem, until } from './sync-totem.ts'

// One of thousands that call one gateway: what it spares it.

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

/** Each question with when it came, in ms of the totem's monotonic clock. */
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

test('while something comes through nobody asks whether there is a line', async () => {
  totem = powerOn({ dir, clock, gateway, lineProbeMs: 90_000 })
  await until(() => gateway.heartbeats.length > 60)
  expect(gateway.asked.filter(({ path }) => path === '/v1/status')).toHaveLength(1)
})

test('with nothing else to say it asks in its turn', async () => {
  totem = powerOn({ dir, clock, gateway, lineProbeMs: 15_000 })
  await until(() => gateway.heartbeats.length > 10)
  const questions = gateway.asked.filter(({ path }) => path === '/v1/status').length
  expect(questions / gateway.heartbeats.length).toBeGreaterThan(2)
})

test('turned away, its log and its heartbeat stay away too, and a citizen is served at once', async () => {
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

test('a month without a line: the log and the heartbeat give the backlog a minute, and then have their turn', async () => {
  // Everything is put off, so that there is always a backlog.
  const came = watched((path) => path === '/v1/operations')
  totem = powerOn({ dir, clock, gateway })
  totem.record()
  totem.drain.wake()
  await until(() => gateway.heartbeats.length > 1 && came.some(({ path }) => path === '/v1/journal'))
  const up = came.find(({ path }) => path === '/v1/status')?.at ?? 0
  const first = came.find(({ path }) => path === '/v1/heartbeat')?.at ?? 0
  expect(first - up).toBeGreaterThanOrEqual(60_000)
})
