import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Band, place } from './placing.ts'

const page = { top: 10, nextTop: 20, bottom: 110 }
const band = (height: number, before = 0, keep = false): Band => ({ height, before, keep })
const placed = (bands: Band[]) => {
  const { places, pages } = place(bands, page)
  return { places: bands.map((one) => places.get(one)), pages }
}

test('bands follow each other, without the space before the first of a page', () => {
  expect(placed([band(40, 5), band(40, 5), band(40, 5)])).toEqual({
    places: [
      { page: 0, y: 10 },
      { page: 0, y: 55 },
      { page: 1, y: 20 },
    ],
    pages: 2,
  })
})

test('a heading never stays alone at the foot of a page', () => {
  expect(placed([band(70), band(20, 0, true), band(20)]).places).toEqual([
    { page: 0, y: 10 },
    { page: 1, y: 20 },
    { page: 1, y: 40 },
  ])
})

test('bands that must stay together but fill more than a page are cut', () => {
  const { places, pages } = placed(Array.from({ length: 5 }, (_, index) => band(30, 0, index < 4)))
  expect(pages).toBe(2)
  expect(places.map((at) => at?.page)).toEqual([0, 0, 0, 1, 1])
})

test('for any bands, nothing stands outside a page and nothing overlaps', () => {
  const bands = fc.array(
    fc.record({ height: fc.integer({ min: 1, max: 80 }), before: fc.integer({ min: 0, max: 20 }), keep: fc.boolean() }),
    { minLength: 1, maxLength: 60 },
  )
  fc.assert(
    fc.property(bands, (list) => {
      const { places, pages } = placed(list)
      let foot = { page: 0, y: page.top }
      for (const [index, at] of places.entries()) {
        expect(at).toBeDefined()
        if (!at) return
        expect(at.y + (list[index]?.height ?? 0)).toBeLessThanOrEqual(page.bottom)
        expect(at.page > foot.page ? at.y : at.y - foot.y).toBeGreaterThanOrEqual(
          at.page > foot.page ? page.nextTop : 0,
        )
        foot = { page: at.page, y: at.y + (list[index]?.height ?? 0) }
      }
      expect(pages).toBe(foot.page + 1)
    }),
  )
})
