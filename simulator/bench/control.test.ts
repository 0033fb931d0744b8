import { expect, test } from 'vitest'
import { action } from './control.ts'

const insert = (who: string, kind: string) => action.safeParse({ do: 'insert', who, kind })
const said = (who: string, kind: string) => insert(who, kind).error?.issues.map(({ message }) => message)

test.each([
  ['anna-bianchi', 'CNS'],
  ['anna-bianchi', 'CIE, certificate revoked'],
  ['elena-ferrari', 'CIE, slow'],
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
