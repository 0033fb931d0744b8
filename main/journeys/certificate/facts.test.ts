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
    factsOf(sheet('BIANCHI ANNA MARIA', 'nata a SPELLO (PG) il 18/06/1951', 'codice fiscale BNCNMR51H58I888T'), 'IT'),
  ).toBe('BIANCHI ANNA MARIA nata a SPELLO (PG) il 18/06/1951 codice fiscale BNC•••••••••••8T')
})

test('a sheet that is worded otherwise has none, and a long one is cut at a word', () => {
  expect(factsOf('', 'IT')).toBe('')
  expect(factsOf('MINISTERO DELL’INTERNO\nSi attesta quanto segue\nBIANCHI ANNA', 'IT')).toBe('')
  const long = factsOf(sheet(...Array.from({ length: 60 }, () => 'ROSSI MARIO')), 'IT')
  expect(long.length).toBeLessThan(230)
  expect(long).toMatch(/(ROSSI|MARIO)\u00a0…$/)
})

test.each([
  [
    'DE',
    [
      'Aufgrund der Eintragungen im Nationalen Melderegister der ansässigen Bevölkerung (ANPR) wird',
      'bescheinigt, dass',
      'GROßMANN JÜRGEN',
      'nato a BOLZANO (BZ) il 09/09/1969',
      'geboren in BOLZANO (BZ) am 09/09/1969',
      'codice fiscale GRSJGN69P09A952E',
      'Steuernummer GRSJGN69P09A952E',
      'risulta iscritto nell’anagrafe della popolazione residente del comune di BOLZANO (BZ) con',
      'abitazione in VIA DEI PORTICI n. 12, 39100 BOLZANO (BZ) dal 05/11/2001.',
      'im Melderegister der ansässigen Bevölkerung der Gemeinde BOZEN (BZ) mit Wohnung in',
      'LAUBENGASSE 12, 39100 BOZEN (BZ) seit 05/11/2001 eingetragen ist.',
    ],
    'GROßMANN JÜRGEN nato a BOLZANO (BZ) il 09/09/1969 codice fiscale GRS•••••••••••2E risulta iscritto nell’anagrafe della popolazione residente del comune di BOLZANO (BZ) con abitazione in VIA DEI PORTICI n. 12, 39100 …',
  ],
  [
    'SL',
    [
      'Na podlagi podatkov Državnega registra stalnega prebivalstva (ANPR) se potrjuje, da',
      'KOŠUTA MARIJA',
      'nata a TRIESTE (TS) il 05/08/1968',
      'rojena v kraju TRIESTE (TS) dne 05/08/1968',
      'risulta di stato civile: nubile.',
      'ima osebni stan: samska.',
    ],
    'KOŠUTA MARIJA nata a TRIESTE (TS) il 05/08/1968 risulta di stato civile: nubile.',
  ],
] as const)('of a sheet in Italian and %s the Italian sentences alone are told', (language, lines, facts) => {
  expect(factsOf(sheet(...lines), language)).toBe(facts)
  // A sheet in Italian alone is not read by another language’s words.
  expect(factsOf(sheet('VIA MIT 3 con abitazione', 'in LOCALITÀ IST'), 'IT')).toBe(
    'VIA MIT 3 con abitazione in LOCALITÀ IST',
  )
})
