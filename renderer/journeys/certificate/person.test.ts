import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { peopleOnScreen } from './person.tsx'

describe('a large family', () => {
  it.each([
    [1, 1],
    [5, 5],
    [6, 4],
    [13, 4],
  ])('of %i shows %i people first', (size, shown) => {
    expect(peopleOnScreen(Array.from({ length: size }), 0).shown).toHaveLength(shown)
  })

  it('can be reached to its last member, at most five answers at a time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 51 }), (size) => {
        const family = Array.from({ length: size }, (_, index) => index)
        const met = new Set<number>()
        let first = 0
        do {
          const { shown, next } = peopleOnScreen(family, first)
          expect(shown.length + (next === null ? 0 : 1)).toBeLessThanOrEqual(5)
          for (const person of shown) met.add(person)
          first = next ?? 0
        } while (first !== 0)
        expect(met.size).toBe(size)
      }),
    )
  })
})
