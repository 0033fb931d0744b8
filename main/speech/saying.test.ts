import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Language } from '../../contract/language.ts'
import { saying, sayingOf } from './saying.ts'

test.each<[Language, string, string]>([
  ['it', '16,00 EUR', '16 euro'],
  ['it', '16,00 € di bollo', '16 euro di bollo'],
  ['it', 'Avanti: € 1,50', 'Avanti: un euro e 50 centesimi'],
  ['it', '1.016,00 €', '1016 euro'],
  ['en', '€16.00 of stamp duty', '16 euros of stamp duty'],
  ['en', '€1.00', '1 euro'],
  ['de', '16,00 €', '16 Euro'],
  ['fr', '16,00 €', '16 euro'],
  ['sl', '16,00 €', '16 evrov'],
  ['it', 'nato il 01/01/1980', 'nato il primo gennaio 1980'],
  ['fr', 'le 01/06/2009', 'le 1er juin 2009'],
  [
    'fr',
    'Retirez la carte, remettez\u2060-\u2060la et attendez 5\u00a0secondes',
    'Retirez la carte, remettez-la et attendez 5 secondes',
  ],
  ['de', 'Gesundheits\u00adkarte', 'Gesundheitskarte'],
  ['it', 'scade il 2031-12-09', 'scade il 9 dicembre 2031'],
  ['en', 'born 3/2/1950', 'born 3 February 1950'],
  ['it', 'il 45/13/2020', 'il 45/13/2020'],
  ['it', 'alle 9:05 o alle 15:00', 'alle 9 e 5 o alle 15'],
  ['it', 'RSSMRA80A01H501U', 'R S S, M R A, 8 0, A 0 1, H 5 0 1, U'],
  ['it', 'RSSMRAULAL1HRLMU', 'R S S, M R A, U L, A L 1, H R L M, U'],
  ['it', 'totem TT-0001', 'totem T T, 0 0 0 1'],
  ['it', 'CA00000AA', 'C A 0, 0 0 0, 0 A A'],
  ['it', 'chiamare 800 000 000', 'chiamare 8 0 0, 0 0 0, 0 0 0'],
  ['it', 'avviso 301812345678901234', 'avviso 3 0 1, 8 1 2, 3 4 5, 6 7 8, 9 0 1, 2 3 4'],
  ['it', 'Restano 20 secondi', 'Restano 20 secondi'],
  ['it', 'nel 1980, foglio 2 di 3', 'nel 1980, foglio 2 di 3'],
  ['it', 'art. 46 DPR 445/2000, n. 12', 'articolo 46 D P R 445/2000, numero 12'],
  ['it', 'La CIE è in ANPR', 'La C I E è in A N P R'],
])('%s: “%s” is said “%s”', (lang, written, said) => {
  expect(saying(written, lang)).toBe(said)
})

test('the voice says numbers in words', () => {
  const phonemes = (text: string) =>
    execFileSync('espeak-ng', ['-v', 'it', '-q', '-x', text], { encoding: 'utf8' }).trim()
  expect(phonemes(saying('16,00 EUR', 'it'))).toBe(phonemes('sedici euro'))
  expect(phonemes(saying('il 01/02/1980', 'it'))).toBe(phonemes('il primo febbraio mille novecento ottanta'))
})

test('a clock that counts down tells minutes and seconds', () => {
  const clock = { kind: 'clock', text: 'Il totem aspetta ancora 3:20', lang: 'it', personal: false } as const
  expect(sayingOf(clock, false)).toBe('Il totem aspetta ancora 3 minuti, 20 secondi')
})

test('what is personal is withheld from a loudspeaker, and a control says that it is one', () => {
  const item = { kind: 'button', text: 'Maria Rossi', lang: 'it', personal: true } as const
  expect(sayingOf(item, true)).toBe('Maria Rossi, pulsante')
  expect(sayingOf(item, false)).not.toContain('Rossi')
})
