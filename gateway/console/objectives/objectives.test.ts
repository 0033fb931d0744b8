import { expect, test } from 'vitest'
import { burnOf } from '../../../contract/console/objectives.ts'
import { availabilityOf, bits, openMinutes } from './available.ts'
import { pageOf } from './page.ts'

const HOURS = [{ from: 'mon', to: 'fri', opens: '08:20', closes: '19:05' }] as const
const ALL = (1n << 60n) - 1n
const office = { hours: [...HOURS], patron: null }

test.each([
  ['a Monday at 9 in Rome', '2026-11-30T08:00:00Z', 60],
  ['the hour in which it opens', '2026-11-30T07:00:00Z', 40],
  ['the hour in which it closes', '2026-11-30T18:00:00Z', 5],
  ['a Sunday', '2026-11-29T08:00:00Z', 0],
  ['8 December', '2026-12-08T08:00:00Z', 0],
  // Summer time ended on 25 October: 7:00 UTC is 8:00 in Rome now, and was 9:00 on the Friday before.
  ['the Friday before the clocks changed', '2026-10-23T07:00:00Z', 60],
  ['the Monday after', '2026-10-26T07:00:00Z', 40],
])('an office is open: %s', (_, hour, minutes) => expect(bits(openMinutes(new Date(hour))(office))).toBe(minutes))

test('its patron’s day is no working day', () =>
  expect(openMinutes(new Date('2026-11-30T08:00:00Z'))({ hours: [...HOURS], patron: '11-30' })).toBe(0n))

test('minutes of an hour go to who lost them; ANPR’s stand apart', () => {
  const first = (count: number) => (1n << BigInt(count)) - 1n
  const totems = [
    { ...office, heard: ALL, ready: ALL, trouble: null },
    // Not heard for the last 20 minutes.
    { ...office, heard: first(40), ready: first(40), trouble: null },
    // Heard, and without paper for 30.
    { ...office, heard: ALL, ready: first(30), trouble: 'paper' as const },
    // Heard, not ready for 10, and no alarm says why; silent for 5.
    { ...office, heard: first(55), ready: first(45), trouble: null },
    // Shut: nobody waits there.
    {
      hours: [{ from: 'sun', to: 'sun', opens: '09:00', closes: '12:00' } as const],
      patron: null,
      heard: 0n,
      ready: 0n,
      trouble: null,
    },
  ]
  // ANPR failed in the first 6 minutes: 4 totems were ready in vain.
  expect(availabilityOf(new Date('2026-11-30T08:00:00Z'), totems, first(6))).toEqual({
    ...{ good: 60 + 40 + 30 + 45, total: 240 },
    causes: { line: 20 + 5, paper: 30, device: 0, other: 10, anpr: 24 },
  })
})

test.each([
  ['on budget', { good: 9_995, total: 10_000 }, 0.1],
  ['a month’s in two days', { good: 928, total: 1_000 }, 14.4],
  ['nothing is lost', { good: 10, total: 10 }, 0],
  ['nothing was measured', { good: 0, total: 0 }, null],
])('burn: %s', (_, share, rate) => {
  const burn = burnOf('available', share)
  if (rate === null) expect(burn).toBeNull()
  else expect(burn).toBeCloseTo(rate, 6)
})

test('a page is the sum of its hours, and burns by the newest', () => {
  const hour = (text: string) => new Date(`${text}:00:00Z`)
  const row = { objective: 'available', causes: {} }
  const { objectives, anpr } = pageOf(
    [
      { ...row, hour: hour('2026-11-29T10'), good: 600, total: 600 },
      { ...row, hour: hour('2026-11-30T07'), good: 594, total: 600, causes: { line: 6, anpr: 90 } },
      { ...row, hour: hour('2026-11-30T08'), good: 570, total: 600, causes: { paper: 30 } },
      { objective: 'anpr', hour: hour('2026-11-30T07'), good: 80, total: 100, causes: {} },
    ],
    new Date('2026-11-30T09:20:00Z'),
  )
  const available = objectives.find(({ objective }) => objective === 'available')
  expect(available).toMatchObject({ good: 1_764, total: 1_800, causes: { line: 6, paper: 30, anpr: 90 } })
  expect(available?.burn.hour).toBeCloseTo(10, 6)
  expect(available?.burn.sixHours).toBeCloseTo(6, 6)
  expect(available?.days.map(({ day, good }) => [day, good])).toEqual([
    ['2026-11-29', 600],
    ['2026-11-30', 1_164],
  ])
  expect(anpr).toEqual({ minutes: 90, calls: 100, failed: 20 })
  expect(objectives.find(({ objective }) => objective === 'paper')).toMatchObject({ total: 0, burn: { hour: null } })
})
