import { expect, test } from 'vitest'
import { secondLanguage } from './second-language.ts'

test.each([
  ['Sluderno', 'BZ', 'de'],
  ['Ortisei', 'BZ', 'de'],
  ['San Dorligo della Valle', 'TS', 'sl'],
  ['SGONICO-ZGONIK', 'TS', 'sl'],
  ['Doberdò del Lago', 'GO', 'sl'],
  ['Savogna d’Isonzo', 'GO', 'sl'],
  ['SAVOGNA', 'UD', 'sl'],
  ['Resia', 'UD', 'sl'],
  ['Resiutta', 'UD', null],
  ['Udine', 'UD', null],
  ['Spello', 'PG', null],
  ['Allein', 'AO', 'fr'],
])('%s (%s): %s', (comune, province, language) => expect(secondLanguage({ comune, province })).toBe(language))
