import { expect, test } from 'vitest'
import { italianDay } from './time.ts'

test('the day is that of Rome, and changes with its first moment, in summer and winter, forwards and backwards', () => {
  const days = ['2026-07-14T21:59:59.999Z', '2026-07-14T22:00:00Z', '2026-12-31T22:59:59.999Z', '2026-12-31T23:00:00Z']
  const told = ['2026-07-14', '2026-07-15', '2026-12-31', '2027-01-01']
  expect(days.map((day) => italianDay(new Date(day)))).toEqual(told)
  expect(days.toReversed().map((day) => italianDay(new Date(day)))).toEqual(told.toReversed())
  expect(() => italianDay(new Date(Number.NaN))).toThrow()
})
