import { expect, test } from 'vitest'
import { HOUR_MS } from '../../basics/time.ts'
import { refreshAt } from './crl-points.ts'

test.each([
  ['half of its life', 24, 48, 12],
  ['half of the time for which the policy takes it, where that is shorter', 240, 48, 24],
])('a CRL is fetched anew after %s', (_name, lifeHours, maxAgeHours, expected) => {
  const crl = { thisUpdate: 1_000, nextUpdate: 1_000 + lifeHours * HOUR_MS }
  expect(refreshAt(crl, maxAgeHours * HOUR_MS)).toBe(1_000 + expected * HOUR_MS)
})
