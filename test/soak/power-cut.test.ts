import { expect, test } from 'vitest'
import { powerCuts, saidEarly, syncsForgotten } from './power-cut.ts'
import { updateCuts } from './power-cut-updates.ts'

// The full form: node test/soak/power-cut.ts

test('power-cut-at-any-write: every promise is kept, and nothing is half done', () => {
  const seed = Math.floor(Math.random() * 10_000)
  const { disks, failures, unwritten } = powerCuts({ steps: 25, seed, every: 20 })
  expect(failures, `seed ${seed}`).toEqual([])
  expect(unwritten, 'tables of which nothing is proved').toEqual([])
  expect(disks).toBeGreaterThan(60)
})

test('power-cut-during-update: the next start runs a whole program, and an unproved one on trial only', () => {
  const { disks, failures } = updateCuts({ seed: Math.floor(Math.random() * 10_000), every: 3 })
  expect(failures).toEqual([])
  expect(disks).toBeGreaterThan(100)
})

test('the proof finds a program whose files were not synced before they had their name', () => {
  const { failures } = updateCuts({ seed: 7, every: 3, forge: syncsForgotten(/app\.asar$/) })
  expect(failures.join()).toContain('is not whole')
})

test.each([
  ['a disk that does not sync the log', syncsForgotten(/-wal$/)],
  ['a program that promises before it has committed', saidEarly],
])('the proof finds %s', (_, forge) => {
  const { failures } = powerCuts({ steps: 12, seed: 7, every: 5, forge, mostFailures: 1 })
  expect(failures).toHaveLength(1)
})
