import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ReadinessSheet } from '../../contract/readiness.ts'
import { err, ok } from '../../contract/result.ts'
import { keepSheet, sheetsIn } from '../readiness/sheet.ts'
import type { GatewayClient } from './client.ts'
import type { Outbox } from './outbox.ts'
import { createHeartbeatLane, createSheetLane } from './reports.ts'
import type { Sync } from './sync.ts'

test('the heartbeat comes once a minute, and five seconds after the last when the paper runs out', async () => {
  const line = { up: true, upMs: 0, stayAwayMs: 0, noteGatewayTime() {}, carried() {} }
  const client = { heartbeat: async () => ok({ at: '2026-11-22T09:00:00.000Z', version: '1', challenge: null }) }
  const sync = { line, client, stopping: () => false } as unknown as Sync
  const outbox = { busy: () => false, hurried: () => false } as unknown as Outbox
  let printer = 'ready'
  const lane = createHeartbeatLane(
    sync,
    outbox,
    () => ({}) as never,
    () => printer,
  )
  await lane.run()
  expect(lane.dueIn()).toBe(60_000)
  printer = 'paperOut'
  expect(lane.dueIn()).toBe(5_000)
  line.upMs = 20_000
  expect(lane.dueIn()).toBe(0)
  await lane.run()
  expect(lane.dueIn()).toBe(60_000)
})

test('the readiness report waits on the disk until the gateway has it, and a newer one takes its place', async ({
  onTestFinished,
}) => {
  const dir = mkdtempSync(join(tmpdir(), 'sheet-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const sheetAt = (at: string): ReadinessSheet => ({
    ...{ at, by: 'technician', grant: 7, version: '0.1.0' },
    checks: [{ key: 'reader', outcome: 'ok', detail: 'empty' }],
  })
  const [first, second] = [sheetAt('2026-11-30T09:00:00.000Z'), sheetAt('2026-11-30T09:05:00.000Z')]
  let clock = 0
  const line = { up: false, upMs: 0, stayAwayMs: 0, carried() {}, suspect: async () => false }
  const sync = { line, clock: () => clock, random: () => 1, stopping: () => false } as unknown as Sync
  const outbox = { busy: () => false, hurried: () => false } as unknown as Outbox
  const sent: string[] = []
  let answer: Awaited<ReturnType<GatewayClient['sendReadiness']>> = err({ kind: 'line-down', reason: 'ECONNRESET' })
  let meanwhile = async () => {}
  const lane = createSheetLane(sync, outbox, sheetsIn(dir), async ({ at }) => {
    sent.push(at)
    await meanwhile()
    return answer
  })
  expect(lane.dueIn()).toBe(Number.POSITIVE_INFINITY)
  await keepSheet(dir, first)
  expect(lane.dueIn()).toBe(Number.POSITIVE_INFINITY)
  line.up = true
  expect(lane.dueIn()).toBe(0)
  await lane.run()
  expect(lane.dueIn()).toBeGreaterThan(0)
  ;[clock, line.upMs] = [10_000, 10_000]
  // Another program makes a newer one while this one is on its way.
  answer = ok({ taken: true })
  meanwhile = () => keepSheet(dir, second)
  await lane.run()
  meanwhile = async () => {}
  line.upMs = 20_000
  expect(lane.dueIn()).toBe(0)
  await lane.run()
  expect(sent).toEqual([first.at, first.at, second.at])
  expect(lane.dueIn()).toBe(Number.POSITIVE_INFINITY)

  // Torn, or of a version whose words nobody knows: it goes, and blocks nothing.
  writeFileSync(join(dir, 'readiness.json'), '{"at":"2026')
  await lane.run()
  expect([sent.length, lane.dueIn()]).toEqual([3, Number.POSITIVE_INFINITY])
  await keepSheet(dir, first)
  answer = err({ kind: 'refused', problem: { kind: 'request-malformed', anpr: null } })
  await lane.run()
  expect([sent.length, lane.dueIn()]).toEqual([4, Number.POSITIVE_INFINITY])

  // On a disk that lets nothing be erased it is tried again later, and the totem goes on.
  mkdirSync(join(dir, 'readiness.json'))
  await lane.run()
  expect(lane.dueIn()).toBeGreaterThan(0)
  expect(lane.dueIn()).toBeLessThan(Number.POSITIVE_INFINITY)
})
