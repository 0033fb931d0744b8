import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { isCodiceFiscale, isIdAnpr } from '../../contract/identity.ts'
import { omocodiaOf, provisionalCode } from './codice-fiscale.ts'
import { generated, lines } from './generate.ts'
import { known } from './known.ts'
import { FORME, type Scheda } from './model.ts'
import { existedOn, places } from './places.ts'
import type { Draft } from './scheda.ts'

const SIZE = 3_000
let drafts: Draft[]
let schede: Scheda[]
beforeAll(() => {
  drafts = [...generated(7, SIZE)]
  schede = drafts.flatMap((draft) => draft.schede)
})
const codeOf = ({ generalita }: Scheda) => generalita.codiceFiscale?.codFiscale

/** The place's code in a codice fiscale, read through an omocodia. */
const belfioreIn = (code: string) =>
  code[11] + code.slice(12, 15).replace(/[A-Z]/g, (letter) => String('LMNPQRSTUV'.indexOf(letter)))

const hash = (seed: number, size: number) =>
  createHash('sha256')
    .update([...lines(seed, size)].join(''))
    .digest('hex')

test('the same seed and size give the same bytes, today and on every machine', () => {
  expect(hash(1, 300)).toBe('a870fa9bb985a1e0f353d60915420013c3187556b4b27594e5e7379e80442198')
  expect(hash(2, 300)).not.toBe(hash(1, 300))
})

test.each([1, 2, 7, 100, SIZE])('%i people are as many', (size) => {
  expect([...generated(3, size)].flatMap((draft) => draft.schede)).toHaveLength(size)
})

test.each([0, 1, 2 ** 32 - 1])('a thousand people from seed %i hold every kind and every condition', (seed) => {
  const forme = new Set([...generated(seed, 1_000)].flatMap((draft) => draft.schede.flatMap((scheda) => scheda.forme)))
  expect(FORME.filter((forma) => !forme.has(forma))).toEqual([])
})

describe('codes', () => {
  test('are valid, and nobody shares one, not with the hand-made people either', () => {
    const all = [...schede, ...known().flatMap((draft) => draft.schede)]
    const codes = all.flatMap((scheda) => codeOf(scheda) ?? [])
    const isProvisional = (code: string) => /^\d{11}$/.test(code) && provisionalCode(code.slice(0, 10)) === code
    expect(codes.filter((code) => !isCodiceFiscale(code) && !isProvisional(code))).toEqual([])
    expect(new Set(codes).size).toBe(codes.length)
    const ids = all.map(({ identificativi }) => identificativi.idANPR)
    expect(ids.filter((id) => !isIdAnpr(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
  })
  test('omocodia replaces digits from the right, and the check letter is made anew', () => {
    expect([1, 2, 7].map((times) => omocodiaOf('RSSMRA85T01H501M', times))).toEqual([
      'RSSMRA85T01H50ME',
      'RSSMRA85T01H5LMP',
      'RSSMRAURTLMHRLMW',
    ])
  })
  test('a provisional code has the check digit of a partita IVA', () => {
    expect(provisionalCode('0074311015')).toBe('00743110157')
  })
})

test('everybody was born in a comune under the name that it had that day, and whose code their own has', () => {
  for (const { generalita, id } of schede) {
    const { comune } = generalita.luogoNascita
    if (!comune) continue
    const found = places.find(
      (place) =>
        existedOn(place, generalita.dataNascita) &&
        place.comune.nomeComune === comune.nomeComune &&
        place.comune.codiceIstat === comune.codiceIstat,
    )
    expect([id, comune, found?.comune]).toEqual([id, comune, comune])
    const code = generalita.codiceFiscale?.codFiscale ?? ''
    if (code.length === 16) expect(belfioreIn(code)).toBe(found?.belfiore)
  }
})

test('every part of a house number appears', () => {
  const parts = new Set(
    schede.flatMap(({ residenza }) =>
      residenza.flatMap(({ indirizzo }) => {
        const { civicoInterno = {}, ...outside } = indirizzo?.numeroCivico ?? {}
        return [...Object.keys(outside), ...Object.keys(civicoInterno)]
      }),
    ),
  )
  expect([...parts].sort()).toEqual(
    (
      'civicoFonte codiceCivico colore corte espInterno1 espInterno2 esponente1 interno1 interno2 isolato lettera ' +
      'metrico nui numero piano progSNC scala scalaEsterna secondario'
    ).split(' '),
  )
})

test('a family is whole: an intestatario or a responsabile first, each parent and spouse older than twenty', () => {
  for (const { gruppo, schede: members } of drafts) {
    expect(gruppo.membri).toEqual(members.map(({ id }) => id))
    expect(members[0]?.legameSoggetto.codiceLegame).toBe(gruppo.stato === 'senza-intestatario' ? '99' : '1')
    for (const { generalita, maternita, matrimonio } of members) {
      const born = Number(generalita.dataNascita.slice(0, 4))
      if (maternita) expect(born - Number(maternita.generalita.dataNascita.slice(0, 4))).toBeGreaterThanOrEqual(20)
      const married = matrimonio?.datiMatrimonio?.dataEvento
      if (married) expect(Number(married.slice(0, 4)) - born).toBeGreaterThanOrEqual(20)
    }
  }
})

test('nothing is empty or null: what is not known is left out', () => {
  const empty: string[] = []
  for (const line of lines(5, 1_000)) {
    JSON.parse(line, (key, value: unknown) => {
      if (value === null || value === '') empty.push(key)
      return value
    })
  }
  expect(empty).toEqual([])
})
