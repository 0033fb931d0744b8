import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { datiAnagrafici } from '../../contract/anpr.ts'
import { anprPerson } from '../../contract/document.ts'
import { registered } from './registered.ts'

const generalita = {
  codiceFiscale: { codFiscale: 'BNCNMR51H58I888X' },
  cognome: 'BIANCHI',
  nome: 'ANNA MARIA',
  sesso: 'F',
  dataNascita: '1951-06-18',
}
const dati = (change: Record<string, unknown> = {}) =>
  datiAnagrafici.parse({ generalita, identificativi: { idANPR: 'AB10234CX' }, ...change })
const member = (change: Record<string, unknown> = {}, legame = '2') => ({
  generalita: { ...generalita, ...change },
  identificativi: { idANPR: 'AB10234CX' },
  legameSoggetto: { codiceLegame: legame, progressivoComponente: '1' },
})
const shown = (person = dati(), family = [member()]) => registered({ person, family, references: ['1', '2'] })
const bornIn = (luogoNascita: unknown) => shown(dati({ generalita: { ...generalita, luogoNascita } })).birthPlace
const living = (...residenza: unknown[]) => shown(dati({ residenza })).residence

const comune = { nomeComune: 'SPELLO', siglaProvinciaIstat: 'PG' }
const via = { specie: 'VIA', denominazioneToponimo: 'GIULIA' }
const at = (more: Record<string, unknown>) => ({
  tipoIndirizzo: '1',
  indirizzo: { comune, toponimo: via, ...more },
})

test.each([
  ['a comune', { comune }, 'SPELLO (PG)'],
  ['a comune with a name in two languages', { comune: { nomeComune: 'SLUDERNO/SCHLUDERNS' } }, 'SLUDERNO/SCHLUDERNS'],
  ['abroad', { localita: { descrizioneLocalita: 'LYON', descrizioneStato: 'FRANCIA' } }, 'LYON (FRANCIA)'],
  ['on a ship', { luogoEccezionale: 'M/N AURORA' }, 'M/N AURORA'],
  ['not told', undefined, null],
  ['told without a place', {}, null],
])('born %s', (_, place, name) => expect(bornIn(place)).toBe(name))

test.each([
  ['number', { numeroCivico: { numero: '12' } }, 'VIA GIULIA 12'],
  ['number with a letter', { numeroCivico: { numero: '4', lettera: 'A' } }, 'VIA GIULIA 4/A'],
  ['kilometre', { numeroCivico: { metrico: '1200' } }, 'VIA GIULIA 1200'],
  [
    'staircase and flat',
    { numeroCivico: { numero: '7', civicoInterno: { scala: 'B', interno1: '3' } } },
    'VIA GIULIA 7 scala B interno 3',
  ],
  ['hamlet, no number', { frazione: 'CAPITAN LORETO' }, 'VIA GIULIA, CAPITAN LORETO'],
  ['a name that says its kind', { toponimo: { denominazioneToponimo: 'BOLJUNEC' } }, 'BOLJUNEC'],
])('address: %s', (_, where, address) => expect(living(at(where))).toEqual({ comune: 'SPELLO (PG)', address }))

test('the residence is shown, and not where a notice is to be sent', () => {
  const elsewhere = { ...at({ toponimo: { denominazioneToponimo: 'STUDIO LEGALE' } }), tipoIndirizzo: '3' }
  expect(living(elsewhere, at({}))?.address).toBe('VIA GIULIA')
  expect(living({ ...at({}), presso: 'ROSSI' })?.address).toBe('VIA GIULIA, presso ROSSI')
})
test('enrolled abroad (AIRE)', () => {
  const indirizzoEstero = {
    localita: { descrizioneLocalita: 'LYON', descrizioneStato: 'FRANCIA' },
    toponimo: { denominazione: 'RUE DE LA RÉPUBLIQUE', numeroCivico: '3' },
  }
  const address = 'RUE DE LA RÉPUBLIQUE 3'
  expect(living({ tipoIndirizzo: '4', localitaEstera: { indirizzoEstero } })).toEqual({
    comune: 'LYON (FRANCIA)',
    address,
  })
})

describe('nothing that ANPR does not know is shown as known', () => {
  test('the day of birth that it has filled with 01', () => {
    const unknown = { dataNascita: '1951-06-01', senzaGiorno: '1' }
    const { born, family } = shown(dati({ generalita: { ...generalita, ...unknown } }), [member(unknown)])
    expect(born).toBeNull()
    expect(family).toMatchObject([{ born: null, yearOfBirth: 1951 }])
  })
  test('a stato civile of 9, no citizenship, no kinship', () => {
    const person = shown(dati({ statoCivile: { statoCivile: '9' }, cittadinanza: [] }), [member({}, '99')])
    expect(person).toMatchObject({ statoCivile: null, citizenships: null, family: [{ relation: '99' }] })
  })
})

test('a visura reads no more of a scheda than it shows', () => {
  const read = dati({
    cartaIdentita: { numero: 'CA00000AA' },
    generalita: { ...generalita, idSchedaSoggettoANPR: '7' },
  })
  expect(JSON.stringify(read)).not.toMatch(/CA00000AA|idScheda/)
})

test('the totem gets what the contract has, whatever ANPR answers in its own form', () => {
  const text = fc.string()
  const optional = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: undefined })
  const place = fc.record({
    comune: optional(fc.record({ nomeComune: text, siglaProvinciaIstat: optional(text) })),
    localita: optional(fc.record({ descrizioneLocalita: text, descrizioneStato: optional(text) })),
    luogoEccezionale: optional(text),
  })
  const answer = fc.record({
    generalita: fc.record({
      ...{ codiceFiscale: fc.record({ codFiscale: text }), cognome: text, nome: text, sesso: text },
      ...{ dataNascita: fc.constant('1951-06-18'), senzaGiorno: optional(text) },
      luogoNascita: optional(place),
    }),
    identificativi: fc.record({ idANPR: text }),
    statoCivile: optional(fc.record({ statoCivile: text })),
    cittadinanza: optional(fc.array(fc.record({ descrizioneStato: text }))),
  })
  fc.assert(
    fc.property(answer, (told) => {
      expect(anprPerson.safeParse(shown(datiAnagrafici.parse(told))).error).toBeUndefined()
    }),
  )
})
