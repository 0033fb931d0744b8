import { expect, test } from 'vitest'
import type { DatiSoggetto } from '../../contract/anpr.ts'
import { knownBy } from './known.ts'
import { sheetOf } from './subjects.ts'

const person = (idANPR: string, tipoLegame: string, born: object = {}): DatiSoggetto => ({
  generalita: { cognome: 'BIANCHI', ...born },
  identificativi: { idANPR },
  legameSoggetto: { tipoLegame, codiceLegame: '1' },
})
function known(people: DatiSoggetto[], subject: string) {
  const sheet = sheetOf(people, { idAnpr: 'AF41450AS', isTheirs: () => false })
  if (!sheet.ok) throw new Error(sheet.error.kind)
  return knownBy(sheet.value, subject, '2026-11-29')
}

test.each([
  [{ dataNascita: '2008-11-29' }, true],
  [{ dataNascita: '2008-11-30' }, false],
  [{ dataNascita: '2007-01-01', senzaGiornoMese: '1' }, true],
  [{ dataNascita: '2008-01-01', senzaGiornoMese: '1' }, undefined],
  [{ dataNascita: '2009-01-01', senzaGiornoMese: '1' }, false],
  [{}, undefined],
])('a requester born %j: adult %s', (born, adult) => {
  expect(known([person('AF41450AS', '3', born), person('TJ19758OJ', '3')], 'TJ19758OJ')).toEqual({
    subject: { tie: 'family', household: 2 },
    requester: { self: false, sameFamily: true, ...(adult !== undefined && { adult }) },
  })
})

test('a family enrolled abroad, a convivenza, and somebody who is not on the sheet', () => {
  expect(known([person('AF41450AS', '5')], 'AF41450AS').subject).toEqual({
    ...{ tie: 'family', register: 'AIRE', household: 1 },
  })
  const convivenza = [person('AF41450AS', '4'), person('TJ19758OJ', '4')]
  expect(known(convivenza, 'TJ19758OJ')).toEqual({
    subject: { tie: 'convivenza' },
    requester: { self: false, sameFamily: false },
  })
  expect(known([person('AF41450AS', '3')], 'GI77327ZL').requester.sameFamily).toBe(false)
})
