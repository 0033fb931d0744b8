import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../basics/time.ts'
import { TRIALS, verdictOf } from '../../contract/readiness.ts'
import { type Trace, tryClock } from './clock.ts'
import { complete } from './rows.ts'

const NOW = Date.parse('2026-12-01T09:00:00Z')
const TRACES: Trace[] = [
  { what: 'certificate', at: new Date(NOW - 100 * DAY_MS) },
  { what: 'trust-list', at: new Date(NOW - 10 * DAY_MS) },
  { what: 'log', at: null },
]
/** The clock of the totem is so far off; the line is as it would be then. */
const at = (offMs: number) => new Date(NOW + offMs)

describe('a wrong clock fails, whatever else does', () => {
  test.each<[string, number, string | null]>([
    ['9 hours behind, without a line', -9 * HOUR_MS, null],
    ['3 years behind', -3 * 365 * DAY_MS, 'CERT_NOT_YET_VALID'],
    ['in 1970', -NOW, 'CERT_NOT_YET_VALID'],
    ['in 1970, without a line', -NOW, 'ENETUNREACH'],
    ['11 years ahead', 11 * 365 * DAY_MS, 'CERT_HAS_EXPIRED'],
  ])('%s', (_, offMs, tlsCode) => {
    const traces = [...TRACES, { what: 'log', at: new Date(NOW - HOUR_MS) }]
    expect(tryClock(null, tlsCode, traces, at(offMs), true).outcome).toBe('failed')
  })
  test.each(['software', 'certificate', 'gateway-keys', 'trust-list', 'trust', 'log'])('%s from the future', (what) => {
    const now = new Date(what === 'software' ? 0 : NOW)
    const told = tryClock(null, 'ECONNREFUSED', [...TRACES, { what, at: new Date(NOW + HOUR_MS) }], now, true)
    expect(told).toMatchObject({ outcome: 'failed', detail: expect.stringContaining(what) })
  })
  test('nobody tells the time, and the machine has no clock that goes on without power', () => {
    expect(tryClock(null, 'ETIMEDOUT', TRACES, at(0), false)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('no-rtc'),
    })
    expect(tryClock(null, 'ETIMEDOUT', TRACES, at(0), true).outcome).toBe('attention')
  })
  test.each([
    [0, 'ok'],
    [-31_000, 'attention'],
    [301_000, 'failed'],
    [-3 * 365 * DAY_MS, 'failed'],
  ] as const)('%i ms off the gateway: %s', (offMs, outcome) => {
    expect(tryClock(offMs, null, TRACES, at(offMs), false).outcome).toBe(outcome)
  })
})

test('a row that was not tried is there, and its totem is not ready', () => {
  const one = complete([{ key: 'clock', outcome: 'ok', detail: '± 0 s' }])
  expect(one.map(({ key }) => key)).toEqual(Object.keys(TRIALS))
  expect(verdictOf(one)).toBe('not-ready')
  expect(verdictOf([{ outcome: 'ok' }, { outcome: 'attention' }])).toBe('attention')
})
