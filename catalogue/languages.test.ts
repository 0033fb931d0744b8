import { expect, test } from 'vitest'
import { language } from '../contract/language.ts'
import { languagesFor, screenLanguagesAt, secondLanguageOf } from './languages.ts'

test.each([
  ['BOLZANO', 'BZ', 'DE', ['DE', 'IT']],
  ['Ortisei', 'BZ', 'DE', ['DE', 'IT']],
  ['SGONICO-ZGONIK', 'TS', 'SL', ['IT', 'SL']],
  ['SAN DORLIGO DELLA VALLE-DOLINA', 'TS', 'SL', ['IT', 'SL']],
  ['Savogna d’Isonzo', 'GO', 'SL', ['IT', 'SL']],
  ['SAVOGNA', 'UD', 'SL', ['IT', 'SL']],
  ['Resiutta', 'UD', null, ['IT']],
  ['Duino-Aurisina', 'TS', 'SL', ['IT', 'SL']],
  ['Cormòns', 'GO', 'SL', ['IT', 'SL']],
  ['Malborghetto-Valbruna', 'UD', 'SL', ['IT', 'SL']],
  ['Savogna', 'GO', null, ['IT']],
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

test.each([
  ['Bolzano/Bozen', 'BZ', ['it', 'de', 'en', 'fr', 'sl']],
  ['Aosta', 'AO', ['it', 'fr', 'en', 'de', 'sl']],
  ['Trieste', 'TS', ['it', 'sl', 'en', 'de', 'fr']],
  ['Gorizia', 'GO', ['it', 'sl', 'en', 'de', 'fr']],
  ['Cividale del Friuli', 'UD', ['it', 'sl', 'en', 'de', 'fr']],
  ['Gressoney-Saint-Jean', 'AO', ['it', 'fr', 'de', 'en', 'sl']],
  ['Ortisei', 'BZ', ['it', 'de', 'en', 'fr', 'sl']],
  ['Udine', 'UD', ['it', 'en', 'de', 'fr', 'sl']],
  ['Spello', 'PG', ['it', 'en', 'de', 'fr', 'sl']],
])('the screen of %s (%s) offers %j, in this order', (comune, province, languages) => {
  expect(screenLanguagesAt({ comune, province }, language.options)).toEqual(languages)
})

test('Ladin has its place, in its valleys alone, once the screens speak it', () => {
  const spoken = [...language.options, 'lld'] as const
  const at = (comune: string, province: string) => screenLanguagesAt({ comune, province }, spoken)
  expect(at('Ortisei', 'BZ').slice(0, 4)).toEqual(['it', 'de', 'lld', 'en'])
  expect(at('San Giovanni di Fassa-Sèn Jan', 'TN').slice(0, 3)).toEqual(['it', 'lld', 'en'])
  expect(at('Moena', 'TN').slice(0, 3)).toEqual(['it', 'lld', 'en'])
  for (const [comune, province] of [
    ['Castelrotto', 'BZ'],
    ['Badia', 'PG'],
    ['Trento', 'TN'],
    ['La Valle Agordina', 'BL'],
  ] as const)
    expect(at(comune, province).at(-1)).toBe('lld')
})
