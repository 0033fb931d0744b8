import { expect, test } from 'vitest'
import { action, find } from './control.ts'

const insert = (who: string, kind: string) => action.safeParse({ do: 'insert', who, kind })
const said = (who: string, kind: string) => insert(who, kind).error?.issues.map(({ message }) => message)

test.each([
  ['anna-bianchi', 'CNS'],
  ['anna-bianchi', 'CIE, certificate revoked'],
  ['elena-ferrari', 'CIE, slow'],
  ['rosa-marini', 'CNS'],
  ['g000001-1', 'CIE'],
  ['unknown', 'CNS'],
  ['mute', 'CNS'],
])('the dock inserts %s, %s', (who, kind) => {
  expect(insert(who, kind).success).toBe(true)
})

test('a person or a kind of card that there is not is refused by its name, and nothing is inserted', () => {
  expect(said('nobody', 'CNS')).toEqual(['nobody is called nobody'])
  expect(said('anna-bianchi', 'CNS, gold')).toEqual(['anna-bianchi has no card “CNS, gold”'])
  expect(said('anna-bianchi', '')).toEqual(['anna-bianchi has no card “”'])
  // Variant certificates are made for two people only.
  expect(said('elena-ferrari', 'CNS, certificate revoked')).toEqual([
    'elena-ferrari has no card “CNS, certificate revoked”',
  ])
})

test('the search finds people by name, by code and by what is special about them', () => {
  expect(find('marini rosa').map(({ id }) => id)).toContain('rosa-marini')
  expect(find('RSSMRA79S27H501F')).toMatchObject([{ id: 'mario-rossi', about: 'couple with children' }])
  const bilingual = find('bilingual special-letters')
  expect(bilingual.length).toBeGreaterThan(5)
  for (const { about } of bilingual) expect(about).toContain('bilingual')
  expect(find('nobody is called so')).toEqual([])
})

test('who has no codice fiscale has no card', () => {
  const [newborn] = find('no-codice-fiscale')
  expect(newborn?.kinds).toEqual([])
  expect(said(newborn?.id ?? '', 'CNS')).toEqual([`${newborn?.id} has no card “CNS”`])
})
