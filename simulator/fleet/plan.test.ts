import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HOUR_MS } from '../../basics/time.ts'
import { totemId } from '../../contract/identity.ts'
import { fleetTotem, outagePlan } from './plan.ts'

test('the same seed is the same outage, another totem another one', () => {
  const plan = { seed: 7, outageMs: 8 * HOUR_MS, requestsPerDay: 12 }
  expect(outagePlan(plan, 1)).toEqual(outagePlan(plan, 1))
  expect(outagePlan(plan, 1)).not.toEqual(outagePlan(plan, 2))
  expect(outagePlan({ ...plan, seed: 8 }, 1)).not.toEqual(outagePlan(plan, 1))
})

test('the average number of requests is the one that was asked for', () => {
  const plan = { seed: 1, outageMs: 8 * HOUR_MS, requestsPerDay: 10.75 }
  const counts = Array.from({ length: 2_000 }, (_, totem) => outagePlan(plan, totem + 1).length)
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  // One an hour; 2,000 totems of mean 8 leave a standard error of 0.06.
  expect(Math.abs(mean - 8)).toBeLessThan(0.4)
  expect(new Set(counts).size).toBeGreaterThan(8)
})

test('in order, within the outage, for everybody', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 9_999 }),
      fc.integer({ min: 1, max: 60 }),
      (seed, totem, perDay) => {
        expect(totemId.safeParse(fleetTotem(totem)).success).toBe(true)
        const outageMs = 8 * HOUR_MS
        const times = outagePlan({ seed, outageMs, requestsPerDay: perDay }, totem).map(({ at }) => at)
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        expect(times.every((at) => at >= 0 && at < outageMs)).toBe(true)
      },
    ),
  )
})
