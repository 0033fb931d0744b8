import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { datiAnagrafici, datiSoggetto } from '../../contract/anpr.ts'
import { ownRecordAnswer } from '../../contract/gateway.ts'
import { idAnprCheck } from '../../contract/identity.ts'
import { sheetOf } from '../anpr/subjects.ts'
import { registered } from './registered.ts'

const generalita = {
  codiceFiscale: { codFiscale: 'BNCNMR51H58I888X' },
  cognome: 'BIANCHI',
  nome: 'ANNA MARIA',
  sesso: 'F',
  dataNascita: '1951-06-18',
}
const asked = { idAnpr: 'AB10234CX', isTheirs: () => null }
const dati = (change: Record<string, unknown> = {}) =>
  datiAnagrafici.parse({ generalita, identificativi: { idANPR: 'AB10234CX' }, ...change })
const member = (change: Record<string, unknown> = {}, legame = '2') => ({
  generalita: { ...generalita, ...change },
  identificativi: { idANPR: 'AB10234CX' },
  legameSoggetto: { tipoLegame: '3', codiceLegame: legame },
})
const shown = (person = dati(), family: unknown[] = [member()]) => {
  const sheet = sheetOf(
    family.map((one) => datiSoggetto.parse(one)),
    asked,
  )
  return registered({ person, family: sheet.ok ? sheet.value : null, references: ['1', '2'] })
}
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
  [
    'abroad, in a county',
    { localita: { descrizioneLocalita: 'AUSTIN', provinciaContea: 'TEXAS', descrizioneStato: 'USA' } },
    'AUSTIN, TEXAS (USA)',
  ],
  ['abroad, the state alone', { localita: { descrizioneStato: 'MAROCCO', codiceStato: '436' } }, 'MAROCCO'],
  ['abroad, the place alone', { localita: { descrizioneLocalita: 'LYON', descrizioneStato: null } }, 'LYON'],
  ['on a ship', { luogoEccezionale: 'M/N AURORA' }, 'M/N AURORA'],
  ['on a ship, with an empty comune', { comune: {}, localita: null, luogoEccezionale: 'M/N AURORA' }, 'M/N AURORA'],
  ['in a comune that has a province and no name', { comune: { siglaProvinciaIstat: 'PG' } }, null],
  ['in a state that is a code alone', { localita: { codiceStato: '436' } }, null],
  ['not told', undefined, null],
  ['told without a place', {}, null],
])('born %s', (_, place, name) => expect(bornIn(place)).toBe(name))

test.each([
  ['number', { numeroCivico: { numero: '12' } }, 'VIA GIULIA 12'],
  ['number with zeros before it', { numeroCivico: { numero: '0012' } }, 'VIA GIULIA 12'],
  ['number with a letter', { numeroCivico: { numero: '4', lettera: 'A' } }, 'VIA GIULIA 4/A'],
  ['letter and exponent', { numeroCivico: { numero: '4', lettera: 'A', esponente1: 'BIS' } }, 'VIA GIULIA 4/A/BIS'],
  ['exponent alone', { numeroCivico: { numero: '4', esponente1: 'BIS' } }, 'VIA GIULIA 4/BIS'],
  ['metres', { numeroCivico: { metrico: '1200' } }, 'VIA GIULIA km 1,200'],
  ['few metres', { numeroCivico: { metrico: '50' } }, 'VIA GIULIA km 0,050'],
  ['many metres', { numeroCivico: { metrico: '123456' } }, 'VIA GIULIA km 123,456'],
  [
    'metres with a letter, no number',
    { numeroCivico: { numero: '0', metrico: '1200', lettera: 'A' } },
    'VIA GIULIA km 1,200/A',
  ],
  ['kilometres already', { numeroCivico: { metrico: '1.200' } }, 'VIA GIULIA km 1,200'],
  ['kilometres that say so', { numeroCivico: { metrico: 'KM 3' } }, 'VIA GIULIA km 3'],
  ['no metres', { numeroCivico: { numero: '12', metrico: '0' } }, 'VIA GIULIA 12'],
  ['red', { numeroCivico: { numero: '8', lettera: 'B', colore: '1' } }, 'VIA GIULIA 8/B rosso'],
  ['black', { numeroCivico: { numero: '8', colore: '2' } }, 'VIA GIULIA 8 nero'],
  ['blue', { numeroCivico: { numero: '8', colore: '3' } }, 'VIA GIULIA 8 blu'],
  ['residential', { numeroCivico: { numero: '8', colore: '4' } }, 'VIA GIULIA 8 residenziale'],
  ['not residential', { numeroCivico: { numero: '8', colore: '5' } }, 'VIA GIULIA 8 non residenziale'],
  ['a colour in letters', { numeroCivico: { numero: '8', colore: 'R' } }, 'VIA GIULIA 8 R'],
  ['a colour that the table does not have', { numeroCivico: { numero: '8', colore: '7' } }, 'VIA GIULIA 8 colore 7'],
  ['a colour with a zero before it', { numeroCivico: { numero: '8', colore: '01' } }, 'VIA GIULIA 8 rosso'],
  ['no colour', { numeroCivico: { numero: '8', colore: '0' } }, 'VIA GIULIA 8'],
  ['without a number', { numeroCivico: { progSNC: '1' } }, 'VIA GIULIA SNC'],
  ['without a number, which is 0', { numeroCivico: { numero: '0', progSNC: '1' } }, 'VIA GIULIA SNC'],
  ['with a number all the same', { numeroCivico: { numero: '3', progSNC: '1' } }, 'VIA GIULIA 3'],
  ['0 and nothing else', { numeroCivico: { numero: '0' } }, 'VIA GIULIA'],
  [
    '0 with a letter and an exponent',
    { numeroCivico: { numero: '0', lettera: 'COOP.PIANO', esponente1: 'COOP PIANO DEGLI SVEVI' } },
    'VIA GIULIA COOP.PIANO/COOP PIANO DEGLI SVEVI',
  ],
  ['a stroke for nothing', { numeroCivico: { numero: '12', esponente1: '/' } }, 'VIA GIULIA 12'],
  [
    'dashes for nothing',
    { numeroCivico: { numero: '12', lettera: '-', civicoInterno: { scala: '-', interno1: '.' } }, frazione: '-' },
    'VIA GIULIA 12',
  ],
  ['no postcode', { cap: '00000' }, 'VIA GIULIA'],
  ['a postcode that became a number', { cap: 6038 }, 'VIA GIULIA, CAP 06038'],
  [
    'a hamlet told twice',
    { frazione: 'CAPITAN LORETO', comune: { ...comune, descrizioneLocalita: 'Capitan Loreto' } },
    'VIA GIULIA, CAPITAN LORETO',
  ],
  [
    'staircase and flat',
    { numeroCivico: { numero: '7', civicoInterno: { scala: 'B', interno1: '3' } } },
    'VIA GIULIA 7 scala B interno 3',
  ],
  [
    'two flats, one with an exponent',
    { numeroCivico: { numero: '7', civicoInterno: { interno1: '3', espInterno1: 'A', interno2: '12' } } },
    'VIA GIULIA 7 interno 3/A, 12',
  ],
  [
    'second flat alone',
    { numeroCivico: { civicoInterno: { interno2: '12', espInterno2: 'B' } } },
    'VIA GIULIA interno 12/B',
  ],
  ['ground floor', { numeroCivico: { numero: '7', civicoInterno: { piano: '0' } } }, 'VIA GIULIA 7 piano 0'],
  [
    'every part',
    {
      numeroCivico: {
        ...{ numero: '7', lettera: 'C', colore: '2' },
        civicoInterno: {
          ...{ isolato: '114', corte: '2', scala: 'B', scalaEsterna: 'E', piano: '3', interno1: '4', espInterno1: 'A' },
          ...{ interno2: '5', espInterno2: 'B', secondario: '6', nui: '77' },
        },
      },
      ...{ frazione: 'CAPITAN LORETO', cap: '06038' },
      comune: { ...comune, descrizioneLocalita: 'LOC. OSTERIACCIA' },
    },
    'VIA GIULIA 7/C nero isolato 114 corte 2 scala B scala esterna E piano 3 interno 4/A, 5/B secondario 6 NUI 77, CAPITAN LORETO, LOC. OSTERIACCIA, CAP 06038',
  ],
  ['hamlet, no number', { frazione: 'CAPITAN LORETO' }, 'VIA GIULIA, CAPITAN LORETO'],
  ['postcode', { numeroCivico: { numero: '12' }, cap: '06038' }, 'VIA GIULIA 12, CAP 06038'],
  ['a name that says its kind', { toponimo: { denominazioneToponimo: 'BOLJUNEC' } }, 'BOLJUNEC'],
  ['names of the source alone', { toponimo: { specieFonte: 'LOC.', toponimoFonte: 'PIANO' } }, 'LOC. PIANO'],
  ['no street', { toponimo: null, frazione: 'CAPITAN LORETO', numeroCivico: { numero: '3' } }, '3, CAPITAN LORETO'],
  ['nothing but the comune', { toponimo: {} }, null],
])('address: %s', (_, where, address) => expect(living(at(where))).toEqual({ comune: 'SPELLO (PG)', address }))

test('an address without its comune is shown without it, and one without anything is left out', () => {
  expect(living(at({ comune: {} }))).toEqual({ comune: null, address: 'VIA GIULIA' })
  expect(living({ tipoIndirizzo: '1', indirizzo: {} })).toBeNull()
  expect(living({ tipoIndirizzo: '4', localitaEstera: { consolato: { descrizioneConsolato: 'LIONE' } } })).toBeNull()
  expect(living({ tipoIndirizzo: null, indirizzo: { comune } })).toEqual({ comune: 'SPELLO (PG)', address: null })
})

test('the residence is shown, and not where a notice is to be sent', () => {
  const elsewhere = { ...at({ toponimo: { denominazioneToponimo: 'STUDIO LEGALE' } }), tipoIndirizzo: '3' }
  expect(living(elsewhere, at({}))?.address).toBe('VIA GIULIA')
  expect(living({ ...at({}), presso: 'ROSSI' })?.address).toBe('VIA GIULIA, presso ROSSI')
  expect(living(elsewhere)).toBeNull()
  const former = { ...at({ toponimo: { denominazioneToponimo: 'PRIMA' } }), dataDecorrenzaResidenza: '1990-01-01' }
  const later = { ...at({ toponimo: { denominazioneToponimo: 'DOPO' } }), dataDecorrenzaResidenza: '2001-01-01' }
  expect(living(former, later)?.address).toBe('DOPO')
  expect(living(later, former)?.address).toBe('DOPO')
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
    const bornOn = (unknown: Record<string, unknown>) => {
      const { born, family } = shown(dati({ generalita: { ...generalita, ...unknown } }), [member(unknown)])
      expect(family).toMatchObject([{ born }])
      return born
    }
    expect(bornOn({ dataNascita: '1951-06-01', senzaGiorno: '1' })).toBe('1951-06')
    expect(bornOn({ dataNascita: '1951-01-01', senzaGiornoMese: '1' })).toBe('1951')
    expect(bornOn({ dataNascita: '1951-01-01', senzaGiorno: '1', senzaGiornoMese: '1' })).toBe('1951')
    expect(bornOn({ dataNascita: '1951-06-18', senzaGiorno: '0', senzaGiornoMese: null })).toBe('1951-06-18')
    expect(bornOn({ dataNascita: '1951' })).toBe('1951')
    expect(bornOn({ dataNascita: '1951-02-30' })).toBeNull()
    expect(bornOn({ dataNascita: null })).toBeNull()
  })
  test('a stato civile of 9, no citizenship, no kinship', () => {
    const person = shown(dati({ statoCivile: { statoCivile: '9' }, cittadinanza: [] }), [member({}, '99')])
    expect(person).toMatchObject({ statoCivile: null, citizenships: null, family: [{ tie: 'family', relation: '99' }] })
  })
})

test('the person stands first on the sheet, known by ID ANPR or by codice fiscale, whatever its order', () => {
  const id = (first8: string) => ({ idANPR: first8 + idAnprCheck(first8) })
  const { idANPR } = id('AB10234C')
  const other = {
    generalita: { cognome: 'RICCI', nome: 'GIOVANNI', codiceFiscale: { codFiscale: 'RCCGNN49A01I888B' } },
    identificativi: id('GR20871D'),
  }
  const first = (own: Record<string, unknown>, onSheet: Record<string, unknown>) => {
    const told = [other, { generalita, ...onSheet }].map((one) => datiSoggetto.parse(one))
    const isTheirs = (code: string) => code === generalita.codiceFiscale.codFiscale
    const sheet = sheetOf(told, { idAnpr: idANPR, isTheirs })
    const family = sheet.ok ? sheet.value : null
    const shownToThem = registered({ person: dati({ generalita: { ...generalita, ...own } }), family, references: [] })
    return shownToThem.family?.[0]?.surname
  }
  expect(first({}, { identificativi: { idANPR } })).toBe('BIANCHI')
  expect(first({ codiceFiscale: null }, { identificativi: { idANPR } })).toBe('BIANCHI')
  expect(first({}, { identificativi: null })).toBe('BIANCHI')
})

test('a visura reads no more of a scheda than it shows', () => {
  const read = dati({
    cartaIdentita: { numero: 'CA00000AA' },
    generalita: { ...generalita, idSchedaSoggettoANPR: '7' },
  })
  expect(JSON.stringify(read)).not.toMatch(/CA00000AA|idScheda/)
})

/** A full answer of C029, with every field that is read and some that are not. */
const FULL = {
  generalita: {
    ...generalita,
    senzaGiorno: '0',
    luogoNascita: { comune: { ...comune, codiceIstat: '054050' }, localita: null, luogoEccezionale: null },
    idSchedaSoggettoANPR: '7',
  },
  identificativi: { idANPR: 'AB10234CX' },
  residenza: [
    {
      tipoIndirizzo: '1',
      noteIndirizzo: null,
      indirizzo: {
        cap: '06038',
        comune: { ...comune, descrizioneLocalita: 'X' },
        frazione: 'CAPITAN LORETO',
        toponimo: { codSpecie: '213', ...via },
        numeroCivico: {
          ...{ numero: '8', lettera: 'B', colore: '1', progSNC: '0' },
          civicoInterno: { scala: 'B', interno1: '3', espInterno1: 'A', interno2: '12' },
        },
      },
      localitaEstera: {
        indirizzoEstero: {
          localita: { descrizioneLocalita: 'LYON', descrizioneStato: 'FRANCIA' },
          toponimo: { denominazione: 'RUE', numeroCivico: '3' },
        },
      },
      presso: 'ROSSI',
    },
  ],
  statoCivile: { statoCivile: '2' },
  cittadinanza: [{ descrizioneStato: 'ITALIA', codiceStato: '100' }],
}
const SHEET = [member(), { ...member({ cognome: null }, '3'), identificativi: { idANPR: 'GR20871DV' } }]

type Json = null | string | Json[] | { [field: string]: Json }
/** Every place in a JSON, as the way to it. */
const placesIn = (value: unknown, way: string[] = []): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([field, inside]) => [[...way, field], ...placesIn(inside, [...way, field])])
    : []
/** The JSON without these places, or with something else in them. */
function without(value: Json, holes: ReadonlyMap<string, unknown>, way = ''): unknown {
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).flatMap(([field, inside]): [string, unknown][] => {
    const place = `${way}/${field}`
    if (!holes.has(place)) return [[field, without(inside, holes, place)]]
    const put = holes.get(place)
    return put === undefined ? [] : [[field, put]]
  })
  return Array.isArray(value) ? kept.map(([, inside]) => inside) : Object.fromEntries(kept)
}
/** The texts that somebody will read. */
const textsIn = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(textsIn)
const holesIn = (whole: unknown) => {
  const places = placesIn(whole).map((way) => `/${way.join('/')}`)
  const put = fc.constantFrom<unknown>(undefined, null, '', ' ', '0', {}, [], 7, true, '\u200b')
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...places), put), { selector: ([place]) => place, maxLength: 12 })
    .map((holes) => new Map(holes))
}

test('whatever fields are missing, null or something else, the totem gets the rest, in the form of the contract', () => {
  const record = { reference: '1', at: '2026-11-22T09:01:00.000Z' }
  fc.assert(
    fc.property(holesIn(FULL), holesIn(SHEET), (own, sheet) => {
      const person = datiAnagrafici.parse(without(FULL, own))
      const family = without(SHEET, sheet) as unknown[]
      const told = shown(
        person,
        family.filter((one) => typeof one === 'object' && one !== null && !Array.isArray(one)),
      )
      expect(ownRecordAnswer.safeParse({ ...record, person: told }).error).toBeUndefined()
      for (const text of textsIn(told)) expect(text).not.toMatch(/undefined|null|^[ ,]|[ ,]$|, ,| {2}|\(\)/)
      // What was not touched is told.
      if (![...own.keys()].some((place) => place.startsWith('/generalita'))) expect(told.surname).toBe('BIANCHI')
      if (![...own.keys()].some((place) => place.startsWith('/cittadinanza')))
        expect(told.citizenships).toEqual(['ITALIA'])
    }),
    { numRuns: 2_000 },
  )
})

test('the totem gets what the contract has, whatever ANPR answers in its own form', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (own, family) => {
      const person = datiAnagrafici.safeParse(own)
      const told = person.success
        ? shown(
            person.data,
            [family].filter((one) => datiSoggetto.safeParse(one).success),
          )
        : null
      if (told) expect(ownRecordAnswer.shape.person.safeParse(told).error).toBeUndefined()
    }),
  )
})

test('a code that is written with zeros before it is the same code', () => {
  const residenza = [{ ...at({}), tipoIndirizzo: '01' }]
  const legameSoggetto = { tipoLegame: '03', codiceLegame: '02' }
  expect(
    shown(dati({ statoCivile: { statoCivile: '02' }, residenza }), [{ ...member(), legameSoggetto }]),
  ).toMatchObject({
    ...{ statoCivile: '2', residence: { comune: 'SPELLO (PG)' } },
    family: [{ tie: 'family', relation: '2' }],
  })
})

test('who died stays on ANPR’s family sheet, and is nobody with whom the person lives', () => {
  const dead = { ...member({ nome: 'ELVIRA' }), identificativi: { idANPR: 'AB10234CY' } }
  const family = [member(), { ...dead, datiDecesso: { dataEvento: '2020-01-01' } }]
  expect(shown(dati(), family).family?.map(({ name }) => name)).toEqual(['ANNA MARIA'])
})

test('0001-01-01 stands where the register has no date', () => {
  expect(shown(dati({ generalita: { ...generalita, dataNascita: '0001-01-01' } })).born).toBeNull()
})
