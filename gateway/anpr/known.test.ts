import { expect, test } from 'vitest'
import type { DatiAnagrafici, DatiSoggetto } from '../../contract/anpr.ts'
import { knownBy } from './known.ts'
import { sheetOf } from './subjects.ts'

const person = (idANPR: string, tipoLegame: string, born: object = {}): DatiSoggetto => ({
  generalita: { cognome: 'BIANCHI', ...born },
  identificativi: { idANPR },
  legameSoggetto: { tipoLegame, codiceLegame: '1' },
})
function known(people: DatiSoggetto[], subject: string, own: DatiAnagrafici | null = null) {
  const sheet = sheetOf(people, { idAnpr: 'AF41450AS', isTheirs: () => false })
  if (!sheet.ok) throw new Error(sheet.error.kind)
  return knownBy(sheet.value, subject, '2026-11-29', own)
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

const home = (tipoIndirizzo: string) => ({ tipoIndirizzo, indirizzo: { comune: { nomeComune: 'SPELLO' } } })
const citizen = (...codes: (string | undefined)[]) => ({
  cittadinanza: codes.map((codiceStato) => (codiceStato === undefined ? {} : { codiceStato })),
})
test.each<[told: object, known: object]>([
  [{}, {}],
  [{ residenza: [home('1')] }, { register: 'APR' }],
  [{ residenza: [{ tipoIndirizzo: '4', localitaEstera: {} }, home('7')] }, { register: 'AIRE' }],
  [{ residenza: [home('7')] }, {}],
  [{ generalita: { soggettoAIRE: 'S' }, residenza: [home('1')] }, { register: 'AIRE' }],
  [citizen('100'), { citizenship: 'italian' }],
  [citizen('436'), { citizenship: 'foreign' }],
  [citizen('100', '602'), { citizenship: 'unclear' }],
  [citizen('998'), { citizenship: 'unclear' }],
  [citizen(), {}],
  [citizen(undefined), {}],
  [citizen('436', undefined), {}],
  [{ statoCivile: { statoCivile: '2' } }, { statoCivile: '2' }],
  // Not known: 5 of some answers, 9 of table 1.
  [{ statoCivile: { statoCivile: '9' } }, {}],
  [{ statoCivile: { statoCivile: '5' } }, {}],
])('the requester’s own record %j: %j', (told, expected) => {
  const { subject } = known([person('AF41450AS', '3'), person('TJ19758OJ', '3')], 'AF41450AS', told)
  expect(subject).toEqual({ tie: 'family', household: 2, ...expected })
})

test('of a relative the record tells where the family is enrolled, and no more', () => {
  const own = { residenza: [home('1')], ...citizen('436'), statoCivile: { statoCivile: '2' } }
  const relative = person('TJ19758OJ', '3', { luogoNascita: { localita: { descrizioneStato: 'ROMANIA' } } })
  expect(known([person('AF41450AS', '3'), relative], 'TJ19758OJ', own).subject).toEqual({
    ...{ tie: 'family', household: 2, register: 'APR', bornInItaly: false },
  })
})

test('who has died is on the sheet, and not of the household', () => {
  const dead = { ...person('TJ19758OJ', '3'), datiDecesso: {} }
  expect(known([person('AF41450AS', '3'), dead], 'AF41450AS').subject).toEqual({ tie: 'family', household: 1 })
  expect(known([person('AF41450AS', '3'), dead], 'TJ19758OJ').subject).toMatchObject({ state: 'dead' })
})
