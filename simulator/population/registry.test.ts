import { expect, test } from 'vitest'
import { isCodiceFiscale, isIdAnpr } from '../../contract/identity.ts'
import { people, personOf } from './people.ts'
import { registry } from './registry.ts'

const known = registry(1, 0)

test('the seven of the cards are found by code, by ID ANPR and by family', () => {
  for (const { id, codiceFiscale, idAnpr } of people) {
    const found = known.byIdAnpr(idAnpr)
    expect(found).toBe(known.byCodiceFiscale(codiceFiscale))
    expect(found).toMatchObject({ id })
  }
  const sofia = known.byId('sofia-rossi')
  const { gruppo, membri } = known.familyOf(sofia ?? expect.fail())
  expect(gruppo.membri).toEqual(['mario-rossi', 'elena-ferrari', 'sofia-rossi'])
  expect(membri.map(({ legameSoggetto }) => legameSoggetto.codiceLegame)).toEqual(['1', '2', '3'])
})

test('every hand-made person has valid codes and is one of one family', () => {
  for (const scheda of known.all()) {
    const { codiceFiscale, idAnpr } = personOf(scheda)
    expect([scheda.id, isIdAnpr(idAnpr)]).toEqual([scheda.id, true])
    expect([scheda.id, isCodiceFiscale(codiceFiscale) || /^\d{11}$/.test(codiceFiscale)]).toEqual([scheda.id, true])
    expect(known.familyOf(scheda).membri).toContain(scheda)
  }
})
