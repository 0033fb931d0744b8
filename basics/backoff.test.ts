import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from './backoff.ts'

test.each([
  [1, 0, 1_000],
  [1, 0.999999, 2_000],
  [2, 0.5, 2_000],
  [5, 0.5, 16_000],
  [8, 0.999999, 256_000],
  [9, 0.999999, 300_000],
  [10_000, 0.5, 256_000],
])('after failure %i with luck %f: %i ms', (attempts, luck, ms) => {
  expect(backoffMs(attempts, () => luck)).toBe(ms)
})

test('is never under a second nor over five minutes, and its ceiling only grows', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempts, luck) => {
      const ms = backoffMs(attempts, () => luck)
      expect(ms).toBeGreaterThanOrEqual(1_000)
      expect(ms).toBeLessThanOrEqual(300_000)
      expect(backoffMs(attempts + 1, () => luck)).toBeGreaterThanOrEqual(ms)
    }),
  )
})
