import { expect, test } from 'vitest'
import { ok } from '../../contract/result.ts'
import type { Outbox } from './outbox.ts'
import { createHeartbeatLane } from './reports.ts'
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
