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
    expect(kinshipKey(code)).toBe(key)
  })
})
