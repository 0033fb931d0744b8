import { expect, test } from 'vitest'
import { languagesFor, secondLanguageOf } from './languages.ts'

test.each([
  ['BOLZANO', 'BZ', 'DE', ['DE', 'IT']],
  ['Ortisei', 'BZ', 'DE', ['DE', 'IT']],
  ['SGONICO-ZGONIK', 'TS', 'SL', ['IT', 'SL']],
  ['SAN DORLIGO DELLA VALLE-DOLINA', 'TS', 'SL', ['IT', 'SL']],
  ['Savogna d’Isonzo', 'GO', 'SL', ['IT', 'SL']],
  ['SAVOGNA', 'UD', 'SL', ['IT', 'SL']],
  ['Resiutta', 'UD', null, ['IT']],
  // Not until ANPR gives certificates in French.
  ['AOSTA', 'AO', 'FR', ['IT']],
  // Ladin, for which ANPR has no code.
  ['MOENA', 'TN', null, ['IT']],
  ['SPELLO', 'PG', null, ['IT']],
])('%s (%s): %s, a certificate in %j', (comune, province, second, languages) => {
  expect(secondLanguageOf({ comune, province })).toBe(second)
  expect(languagesFor({ comune, province })).toEqual(languages)
})

test('where nobody knows the comune, and of Italians abroad: Italian; French as soon as a gateway is set so', () => {
  expect(languagesFor(null)).toEqual(['IT'])
  expect(languagesFor({ comune: 'AOSTA', province: 'AO' }, ['DE', 'FR', 'SL'])).toEqual(['IT', 'FR'])
})
