import { expect, it } from 'vitest'
import { convivenzaKey, kinKey } from './kinship.ts'

it.each([
  ['1', 'kin.1'],
  ['28', 'kin.28'],
  ['77', 'kin.99'],
  ['', 'kin.99'],
  ['self', 'kin.99'],
  ['__proto__', 'kin.99'],
])('kinship of ANPR table 5: %s reads %s', (code, key) => {
  expect(kinKey(code)).toBe(key)
})

it.each([
  ['1', 'kinship.convivenza.1'],
  ['2', 'kinship.convivenza.2'],
  ['9', 'kinship.convivenza.9'],
  ['28', 'kinship.convivenza.9'],
])('in a convivenza the same code is another word (table 6): %s reads %s', (code, key) => {
  expect(convivenzaKey(code)).toBe(key)
})
