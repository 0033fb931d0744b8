import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ok } from '../../contract/result.ts'
import { createTrustRefresh } from './trust-refresh.ts'
import type { TrustStore } from './trust-store.ts'

// Here: when the totem asks the gateway. What it does with the answer is in test/adversarial/totem-trust.test.ts.

const HOUR = 3_600_000
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function refreshing(answers: boolean[] = []) {
  const told: string[] = []
  const trust = vi.fn(async () =>
    (answers.shift() ?? true)
      ? ok({ list: 'x', crls: [] })
      : ({ ok: false, error: { kind: 'line-down', reason: 'timeout' } } as const),
  )
  const takeList = vi.fn(async () => false)
  const store = { load: async () => {}, takeList, knows: () => true, counts: {} } as unknown as TrustStore
  const refresh = createTrustRefresh({
    client: { trust, crl: async () => ok(null) },
    store,
    journal: { record: (event) => void told.push(event) },
    onReady: () => told.push('ready'),
    room: () => true,
    random: () => 0.5,
  })
  refresh.start()
  return { trust, takeList, refresh, told }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('the gateway is asked once the line is up, and again after some hours', async () => {
  const { trust, refresh, told } = refreshing()
  await pass(HOUR)
  expect(told).toEqual(['ready'])
  expect(trust).not.toHaveBeenCalled()
  refresh.line('up')
  await pass(0)
  expect(trust).toHaveBeenCalledTimes(1)
  await pass(6 * HOUR - 1)
  expect(trust).toHaveBeenCalledTimes(1)
  await pass(1)
  expect(trust).toHaveBeenCalledTimes(2)
  await refresh.stop()
})
test('a line that comes and goes is no reason to ask again', async () => {
  const { trust, refresh } = refreshing()
  for (const state of ['up', 'down', 'up', 'down', 'up'] as const) {
    refresh.line(state)
    await pass(60_000)
  }
  expect(trust).toHaveBeenCalledTimes(1)
  refresh.line('down')
  await pass(24 * HOUR)
  expect(trust).toHaveBeenCalledTimes(1)
  refresh.line('up')
  await pass(0)
  expect(trust).toHaveBeenCalledTimes(2)
  await refresh.stop()
})
test('what failed is tried again, ever later', async () => {
  const { trust, refresh } = refreshing([false, false, true])
  refresh.line('up')
  await pass(1_000)
  expect(trust).toHaveBeenCalledTimes(2)
  await pass(2_000)
  expect(trust).toHaveBeenCalledTimes(3)
  await pass(HOUR)
  expect(trust).toHaveBeenCalledTimes(3)
  await refresh.stop()
})
test('storage-full while a list is written: told, nothing else happens, tried again', async () => {
  const { trust, takeList, refresh, told } = refreshing()
  takeList.mockRejectedValueOnce(Object.assign(new Error(), { code: 'ENOSPC' }))
  refresh.line('up')
  await pass(0)
  expect(told).toEqual(['ready', 'trust.refused'])
  await pass(1_000)
  expect(trust).toHaveBeenCalledTimes(2)
  await refresh.stop()
})
