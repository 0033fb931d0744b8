import { describe, expect, test } from 'vitest'
import { datiAnagrafici, datiSoggetto } from '../../contract/anpr.ts'
import { idAnprCheck } from '../../contract/identity.ts'
import { identified, isRelative, ownOf, sheetOf } from './subjects.ts'

const idOf = (first8: string) => first8 + idAnprCheck(first8)
const ANNA = idOf('AB10234C')
const GINO = idOf('GR20871D')
const CODE = 'BNCNMR51H58I888T'
const asked = { idAnpr: ANNA, isTheirs: (code: string) => code === CODE }

const identificativi = (idANPR: string) => ({ identificativi: { idANPR } })
const withCode = (codFiscale: string | null, more = {}) => ({ generalita: { codiceFiscale: { codFiscale }, ...more } })
const named = (nome: string) => ({ generalita: { nome } })
const tied = (tipoLegame: string | null, codiceLegame: string | null) => ({
  legameSoggetto: { tipoLegame, codiceLegame },
})
const read = (elements: unknown[]) => elements.map((one) => datiSoggetto.parse(one))
const failed = (kind: string, reason: string) => ({ ok: false, error: { kind, reason } })

describe('whose ID ANPR it is', () => {
  test.each<[string, unknown[], unknown]>([
    ['the id alone', [identificativi(ANNA)], { ok: true, value: { idAnpr: ANNA } }],
    [
      'the code that was asked, in small letters',
      [{ ...identificativi(ANNA), ...withCode(CODE.toLowerCase()) }],
      { ok: true, value: { idAnpr: ANNA } },
    ],
    [
      'one person in two elements',
      [{ ...withCode(CODE), ...identificativi(ANNA) }, identificativi(ANNA)],
      { ok: true, value: { idAnpr: ANNA } },
    ],
    [
      'an element without an id, of the same person',
      [withCode(CODE), identificativi(ANNA)],
      { ok: true, value: { idAnpr: ANNA } },
    ],
    [
      'another person beside the one asked for',
      [
        { ...identificativi(GINO), ...withCode('X') },
        { ...identificativi(ANNA), ...withCode(CODE) },
      ],
      { ok: true, value: { idAnpr: ANNA } },
    ],
    [
      'another code',
      [{ ...identificativi(GINO), ...withCode('RCCGNN48B03A835Z') }],
      failed('anpr-other-person', 'other-codice-fiscale'),
    ],
    [
      'another code, in an element of its own',
      [withCode('RCCGNN48B03A835Z'), identificativi(GINO)],
      failed('anpr-other-person', 'other-codice-fiscale'),
    ],
    ['two people', [identificativi(ANNA), identificativi(GINO)], failed('anpr-unreadable', 'several-people')],
    ['no id', [withCode(CODE)], failed('anpr-unreadable', 'no-id')],
    [
      'an id with a wrong check character',
      [identificativi(`${ANNA.slice(0, 8)}0`)],
      failed('anpr-unreadable', 'no-id'),
    ],
    ['nobody', [], failed('anpr-unreadable', 'no-id')],
  ])('%s', (_, elements, result) => expect(identified(read(elements), CODE)).toEqual(result))
})

describe('the sheet', () => {
  const members = (...elements: unknown[]) => {
    const sheet = sheetOf(read(elements), asked)
    return sheet.ok ? sheet.value.members.map(({ tie, relation, asked: own }) => [tie, relation, own]) : sheet
  }
  const anna = identificativi(ANNA)
  const gino = identificativi(GINO)

  test.each<[string, unknown[], unknown]>([
    ['a tie with its kind and code alone', [{ ...anna, ...tied('5', '1') }], [['family', '1', true]]],
    [
      'a convivenza',
      [
        { ...anna, ...tied('4', '1') },
        { ...gino, ...tied('4', '2') },
      ],
      [
        ['convivenza', '1', true],
        ['convivenza', '2', false],
      ],
    ],
    [
      'a kind that one line does not tell',
      [
        { ...anna, ...tied('4', '1') },
        { ...gino, ...tied(null, '2') },
      ],
      [
        ['convivenza', '1', true],
        ['convivenza', '2', false],
      ],
    ],
    ['a kind that no line tells: the codes mean nothing', [{ ...anna, ...tied(null, '2') }], [['family', '99', true]]],
    ['a kind that nobody knows', [{ ...anna, ...tied('7', '2') }], [['family', '99', true]]],
    ['no tie at all', [anna], [['family', '99', true]]],
    ['no code in a convivenza', [{ ...anna, ...tied('4', null) }], [['convivenza', '9', true]]],
    [
      'one person in two elements',
      [anna, { ...anna, ...named('ANNA') }, { ...anna, ...tied('3', '2') }],
      [['family', '2', true]],
    ],
    [
      'a member without an id',
      [anna, named('NEONATO')],
      [
        ['family', '99', false],
        ['family', '99', false],
      ].with(0, ['family', '99', true]),
    ],
    [
      'the person by code, without an id',
      [{ ...withCode(CODE), ...tied('3', '1') }, gino].map((one, at) =>
        at === 0 ? { ...one, ...{ generalita: { codiceFiscale: { codFiscale: CODE }, nome: 'ANNA' } } } : one,
      ),
      [
        ['family', '1', true],
        ['family', '99', false],
      ],
    ],
    ['an element that says nothing', [anna, {}, { infoSoggettoEnte: [] }], [['family', '99', true]]],
  ])('%s', (_, elements, result) => expect(members(...elements)).toEqual(result))

  test('nobody on it, or somebody else’s', () => {
    expect(members()).toEqual(failed('anpr-unreadable', 'nobody'))
    expect(members(gino)).toEqual(failed('anpr-other-person', 'other-family'))
    expect(members(gino, named('NEONATO'))).toEqual(failed('anpr-other-person', 'other-family'))
    expect(members({ ...withCode('RCCGNN48B03A835Z', { nome: 'GIOVANNI' }) })).toEqual(
      failed('anpr-other-person', 'other-family'),
    )
  })

  test('a certificate may be asked about a relative, not about a neighbour nor about people of a convivenza', () => {
    const relative = (kind: string, id: string) => {
      const sheet = sheetOf(
        read([
          { ...anna, ...tied(kind, '1') },
          { ...gino, ...tied(kind, '2') },
        ]),
        asked,
      )
      return sheet.ok && isRelative(sheet.value, id)
    }
    expect(relative('3', GINO)).toBe(true)
    expect(relative('5', GINO)).toBe(true)
    expect(relative('3', idOf('MR31415E'))).toBe(false)
    expect(relative('4', GINO)).toBe(false)
  })
})

describe('a person’s own data', () => {
  const own = (...elements: unknown[]) => {
    const found = ownOf(
      elements.map((one) => datiAnagrafici.parse(one)),
      asked,
    )
    return found.ok ? [found.value.identificativi?.idANPR, found.value.generalita?.nome] : found
  }
  test('are found among several elements, and put together', () => {
    expect(own({ ...identificativi(ANNA), ...named('ANNA') })).toEqual([ANNA, 'ANNA'])
    expect(
      own(
        identificativi(GINO),
        { ...identificativi(ANNA), ...withCode(CODE) },
        { ...identificativi(ANNA), ...named('ANNA') },
      ),
    ).toEqual([ANNA, 'ANNA'])
    expect(own({ ...withCode(CODE, { nome: 'ANNA' }) })).toEqual([undefined, 'ANNA'])
  })
  test('are nobody else’s', () => {
    expect(own(identificativi(GINO))).toEqual(failed('anpr-other-person', 'other-person'))
    expect(own({ ...identificativi(ANNA), ...withCode('RCCGNN48B03A835Z') })).toEqual(
      failed('anpr-other-person', 'other-person'),
    )
    expect(own({ ...withCode('RCCGNN48B03A835Z') })).toEqual(failed('anpr-other-person', 'other-person'))
    expect(own()).toEqual(failed('anpr-unreadable', 'nobody'))
  })
})
