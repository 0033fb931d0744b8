import { describe, expect, it } from 'vitest'
import { kinshipKey } from './kinship.ts'

describe('kinship of ANPR table 5', () => {
  it.each([
    ['1', 'kinship.1'],
    ['28', 'kinship.28'],
    ['77', 'kinship.99'],
    ['', 'kinship.99'],
    ['__proto__', 'kinship.99'],
  ])('%s reads %s', (code, key) => {
    expect(kinshipKey({ tie: 'family', relation: code })).toBe(key)
  })
})

it.each([
  ['1', 'kinship.convivenza.1'],
  ['2', 'kinship.convivenza.2'],
  ['9', 'kinship.convivenza.9'],
  ['28', 'kinship.convivenza.9'],
])('in a convivenza the same code is another word (table 6): %s reads %s', (code, key) => {
  expect(kinshipKey({ tie: 'convivenza', relation: code })).toBe(key)
})
