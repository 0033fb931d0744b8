import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isCodiceFiscale, isIdAnpr } from '../../contract/identity.ts'
import { codiceFiscaleOf } from './codice-fiscale.ts'
import { families, people, personById } from './people.ts'

const { vectors } = JSON.parse(
  readFileSync(new URL('../../test/vectors/codice-fiscale.json', import.meta.url), 'utf8'),
) as {
  vectors: {
    cognome: string
    nome: string
    data: string
    sesso: 'M' | 'F'
    belfiore: string
    cf: string
    omocodie: string[]
  }[]
}

test.each(vectors)('$cf', ({ cognome, nome, data, sesso, belfiore, cf, omocodie }) => {
  expect(codiceFiscaleOf({ surname: cognome, name: nome, born: data, sex: sesso, place: belfiore })).toBe(cf)
  for (const code of [cf, ...omocodie]) expect(isCodiceFiscale(code)).toBe(true)
  // A wrong check letter is always noticed.
  expect(isCodiceFiscale(cf.slice(0, 15) + (cf[15] === 'A' ? 'B' : 'A'))).toBe(false)
})

describe('the synthetic population', () => {
  test.each(people)('$id has valid codes', ({ codiceFiscale, idAnpr }) => {
    expect(isCodiceFiscale(codiceFiscale)).toBe(true)
    expect(isIdAnpr(idAnpr)).toBe(true)
  })
  test('every member of a family exists once and each family has one intestatario', () => {
    const members = families.flatMap((family) => family.members.map((member) => personById(member.person).id))
    expect([...members].sort()).toEqual(people.map((person) => person.id).sort())
    for (const family of families) expect(family.members.filter((m) => m.relation === '1')).toHaveLength(1)
  })
})
