import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstLimit, nextLimit, together } from './batch.ts'

const after = (...took: (number | null)[]) => took.reduce((limit, ms) => nextLimit(limit, ms), firstLimit).items

test.each<[string, (number | null)[], number]>([
  ['at first', [], 20],
  ['after one that failed', [null], 10],
  ['after five that failed', [null, null, null, null, null], 1],
  ['after one that was quick', [200], 25],
  ['after one that took its time', [5_000], 20],
  ['after one that took too long', [13_000], 10],
  ['on a good line', Array(20).fill(50), 50],
])('%s a batch holds so many', (_, took, items) => {
  expect(after(...took)).toBe(items)
})

test('is never empty, nor more than the contract takes', () => {
  const took = fc.array(fc.option(fc.nat(60_000)))
  fc.assert(
    fc.property(took, (each) => {
      expect(after(...each)).toBeGreaterThanOrEqual(1)
      expect(after(...each)).toBeLessThanOrEqual(50)
    }),
  )
})

test('what was never tried goes first, and what was tried goes with fewer and fewer', () => {
  const limit = { items: 20, bytes: 1 }
  const tried = (attempts: number) => Array.from({ length: 30 }, () => ({ attempts }))
  expect(together([...tried(3), ...tried(0)], limit)).toEqual(tried(0).slice(0, 20))
  expect([1, 2, 3, 4, 5, 900].map((attempts) => together(tried(attempts), limit).length)).toEqual([10, 5, 2, 1, 1, 1])
  expect(together([], limit)).toEqual([])
})
