import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isEuropeanUnion } from './european-union.ts'

/** ANPR's table 2, as the bench has it. */
const names = readFileSync(new URL('../simulator/population/stati.csv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(';')[0] ?? '')

test('the Union has twenty-seven states, each by the name that ANPR gives it', () => {
  const members = names.filter(isEuropeanUnion)
  expect(new Set(members).size).toBe(names.includes('ITALIA') ? 27 : 26)
})

test.each(['ITALIA', 'Francia', 'REPUBBLICA CECA'])('%s is in it', (state) => expect(isEuropeanUnion(state)).toBe(true))
test.each(['MAROCCO', 'REGNO UNITO', 'SVIZZERA', 'APOLIDE', ''])('%s is not', (state) =>
  expect(isEuropeanUnion(state)).toBe(false),
)
