import { expect, test } from 'vitest'
import { powerCuts, saidEarly, syncsForgotten } from './power-cut.ts'

// The full form: node test/soak/power-cut.ts

test('power-cut-at-any-write: every promise is kept, and nothing is half done', () => {
  const seed = Math.floor(Math.random() * 10_000)
  const { disks, failures, unwritten } = powerCuts({ steps: 25, seed, every: 20 })
  expect(failures, `seed ${seed}`).toEqual([])
  expect(unwritten, 'tables of which nothing is proved').toEqual([])
  expect(disks).toBeGreaterThan(60)
})

test.each([
  ['a disk that does not sync the log', syncsForgotten(/-wal$/)],
  ['a program that promises before it has committed', saidEarly],
])('the proof finds %s', (_, forge) => {
  const { failures } = powerCuts({ steps: 12, seed: 7, every: 5, forge, mostFailures: 1 })
  expect(failures).toHaveLength(1)
})
