import { expect, test } from 'vitest'
import { italianDay, italianMidnight } from './time.ts'

test('the day is that of Rome, and changes with its first moment, in summer and winter, forwards and backwards', () => {
  const days = ['2026-07-14T21:59:59.999Z', '2026-07-14T22:00:00Z', '2026-12-31T22:59:59.999Z', '2026-12-31T23:00:00Z']
  const told = ['2026-07-14', '2026-07-15', '2026-12-31', '2027-01-01']
  expect(days.map((day) => italianDay(new Date(day)))).toEqual(told)
  expect(days.toReversed().map((day) => italianDay(new Date(day)))).toEqual(told.toReversed())
  expect(() => italianDay(new Date(Number.NaN))).toThrow()
})

test.each([
  ['2026-01-31', '2026-01-30T23:00:00.000Z'],
  ['2026-07-15', '2026-07-14T22:00:00.000Z'],
  // The clocks go forward, and back, two or three hours later.
  ['2026-03-29', '2026-03-28T23:00:00.000Z'],
  ['2026-10-25', '2026-10-24T22:00:00.000Z'],
])('%s begins in Italy at %s', (day, at) => {
  expect(italianMidnight(day).toISOString()).toBe(at)
})
