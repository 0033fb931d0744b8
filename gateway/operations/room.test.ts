import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bounds as boundsOf } from '../settings/config.ts'
import { placesFor } from './room.ts'

const bounds = boundsOf.parse({})
const nothing = { pending: 0, express: 0, today: 0 }

test('whatever a totem has sent, its bounds hold', () => {
  const count = fc.nat(3_000)
  fc.assert(
    fc.property(count, fc.nat(4), count, fc.integer({ min: 1, max: 50 }), (pending, express, today, items) => {
      const { places } = placesFor({ pending, express, today }, { items, fresh: items }, bounds)
      expect(places.length).toBeLessThanOrEqual(Math.max(0, 500 - pending))
      expect(places.length).toBeLessThanOrEqual(Math.max(0, 2_000 - today))
      expect(places.filter((place) => place.express).length + express).toBeLessThanOrEqual(Math.max(2, express))
    }),
  )
})
test('a backlog stands one behind the other, a citizen before it', () => {
  const priorities = (standing: typeof nothing, items: number) =>
    placesFor(standing, { items, fresh: items }, bounds).places.map(({ priority }) => priority)
  expect(priorities(nothing, 4)).toEqual([-0, -1, -2, -3])
  expect(priorities({ ...nothing, pending: 4 }, 3)).toEqual([-4, -5, -6])
  expect(priorities({ ...nothing, pending: 400 }, 1)).toEqual([1])
  expect(priorities({ ...nothing, pending: 2, express: 2 }, 1)).toEqual([-2])
})
