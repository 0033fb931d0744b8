import { expect, test } from 'vitest'
import { isAbout } from './about.ts'

const sheet = (said: string) => `CERTIFICATO DI RESIDENZA\r\nsi certifica che\r\n${said}\r\nnata a SPELLO (PG)`
test.each<[surname: string, name: string, said: string, about: boolean | null]>([
  ['BIANCHI', 'ANNA MARIA', 'BIANCHI ANNA MARIA', true],
  ['BIANCHI', 'ANNA MARIA', 'ROSSI MARIO', false],
  ['BIANCHI', 'ANNA MARIA', 'BIANCHI GIOVANNI', false],
  ['D’ANGELO', 'NICOLÒ', "D'ANGELO NICOLO'", true],
  ['KOŠUTA', 'MARIJA', 'KOSUTA MARIJA', true],
  ['KOSUTA', 'MARIJA', 'KOŠUTA MARIJA', true],
  ['GROSSMANN', 'JÜRGEN', 'GROßMANN JÜRGEN', true],
  ['ĐORĐEVIĆ', 'ŁUCJA', 'DORDEVIC LUCJA', true],
  // Over two lines, and cut off on the card.
  ['MONTEFIORE', 'MARIAANTONIETTA', 'MONTE-\r\nFIORE MARIAANTO\r\nNIETTA', true],
  ['MONTEFIORE DELLA', 'MARIA ANT', 'MONTEFIORE DELLA TORRE MARIA ANTONIETTA', true],
  ['', 'SUSANTO', 'SUSANTO', true],
  ['O', 'I', 'O I', true],
])('%s %s on a sheet of %j: %s', (surname, name, said, about) => {
  expect(isAbout(sheet(said), { surname, name, codiceFiscale: null })).toBe(about)
})

test('the codice fiscale does, whatever the name; words that cannot be read turn nobody away', () => {
  const anna = { surname: 'BIANCHI', name: 'ANNA', codiceFiscale: 'BNCNMR51H58I888X' }
  expect(isAbout(sheet('NERI ANNA C.F. BNCNMR51H58I888X'), anna)).toBe(true)
  expect(isAbout('', anna)).toBeNull()
  expect(isAbout('\u0001\u0002 \uf021\uf022', anna)).toBeNull()
})
