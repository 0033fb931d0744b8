import { expect, it } from 'vitest'
import { renewableFrom } from './renewal.ts'

it.each([
  ['2031-06-18', '2030-12-20'],
  // Over a leap day.
  ['2028-06-18', '2027-12-21'],
  ['2027-01-01', '2026-07-05'],
])('a card that expires on %s may be renewed from %s', (expires, from) => {
  expect(renewableFrom(expires)).toBe(from)
})
