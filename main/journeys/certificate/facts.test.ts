import { expect, test } from 'vitest'
import { factsOf } from './facts.ts'

const sheet = (...facts: string[]) =>
  [
    'MINISTERO DELL’INTERNO',
    'CERTIFICATO DI RESIDENZA',
    'In base alle risultanze dell’Anagrafe Nazionale della Popolazione Residente si certifica che',
    ...facts,
    'Rilasciato in carta libera, esente da imposta di bollo ai sensi di: art. 18 DPR 115/2002.',
    'Protocollo ANPR 2517066108',
  ].join('\r\n')

test('the facts of a sheet: what it certifies, without letterhead and law, the codice fiscale masked', () => {
  expect(
    factsOf(sheet('BIANCHI ANNA MARIA', 'nata a SPELLO (PG) il 18/06/1951', 'codice fiscale BNCNMR51H58I888T')),
  ).toBe('BIANCHI ANNA MARIA nata a SPELLO (PG) il 18/06/1951 codice fiscale BNC•••••••••••8T')
})

test('a sheet that is worded otherwise has none, and a long one is cut at a word', () => {
  expect(factsOf('')).toBe('')
  expect(factsOf('MINISTERO DELL’INTERNO\nSi attesta quanto segue\nBIANCHI ANNA')).toBe('')
  const long = factsOf(sheet(...Array.from({ length: 60 }, () => 'ROSSI MARIO')))
  expect(long.length).toBeLessThan(230)
  expect(long).toMatch(/(ROSSI|MARIO) …$/)
})
