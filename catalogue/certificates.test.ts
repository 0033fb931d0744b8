import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CertificateType, certificateType, MOST_ON_A_SHEET } from '../contract/catalogue.ts'
import { askedMost, certificates, declarable, sheetConflict, type TableType, validMonthsOf } from './certificates.ts'

const all = Object.keys(certificates) as TableType[]
const asked = certificateType.options
const someTypes = fc.uniqueArray(fc.constantFrom(...all), { minLength: 1 })

describe('the types of table 13', () => {
  it('are its twenty codes', () => {
    expect(all).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 1)))
  })
  it('are for citizens but for death, removal and the histories, which the contract refuses', () => {
    expect(all.filter((type) => certificates[type].askedBy !== 'office')).toEqual(asked)
    for (const type of ['2', '4', '6', '9', '20']) expect(certificateType.safeParse(type).success).toBe(false)
  })
  it('state where their subject is enrolled', () => {
    const of = (register: string) => all.filter((type) => certificates[type].register === register)
    expect(of('AIRE')).toEqual(['10', '15'])
    expect(of('either')).toEqual(['1', '3', '5', '9', '18', '19', '20'])
  })
  it('that are asked for most can stand on one sheet, whether a person has a family or a convivenza', () => {
    for (const other of askedMost.filter((type) => type !== '8')) expect(sheetConflict(['8', other])).toBeNull()
  })
})

/** The texts of EN152 to EN159 and EN287 as pairs; either code where two texts name the pair. */
const APART: Record<string, string> = {
  ...{ '3 17': 'EN152 EN158', '3 18': 'EN152', '11 17': 'EN158 EN159', '11 13': 'EN159' },
  ...{ '12 13': 'EN154 EN155', '12 14': 'EN154 EN156', '12 16': 'EN154 EN157' },
  ...{ '13 14': 'EN155 EN156', '13 16': 'EN155 EN157', '14 16': 'EN156 EN157' },
}
const SINGLE = ['2', '4', '6', '9', '20']
const AIRE = ['10', '15']
const APR = ['7', '8', '11', '12', '13', '14', '16', '17']

function codesOf(one: TableType, other: TableType): string[] {
  if (SINGLE.includes(one) || SINGLE.includes(other)) return ['EN153']
  if ((AIRE.includes(one) && APR.includes(other)) || (APR.includes(one) && AIRE.includes(other))) return ['EN287']
  return (APART[`${one} ${other}`] ?? APART[`${other} ${one}`])?.split(' ') ?? []
}

describe('what may share a sheet', () => {
  it.each(all)('%s beside each of the others', (one) => {
    for (const other of all.filter((type) => type !== one)) {
      const code = sheetConflict([one, other])
      const codes = codesOf(one, other)
      if (codes.length === 0) expect(code, `${one} ${other}`).toBeNull()
      else expect(codes, `${one} ${other}`).toContain(code)
    }
  })
  it.each(all)('%s alone', (type) => {
    expect(sheetConflict([type])).toBeNull()
  })
  it('does not depend on the order', () => {
    fc.assert(
      fc.property(someTypes, (types) => {
        expect(sheetConflict(types.toReversed())).toBe(sheetConflict(types))
      }),
    )
  })
  it('is said of pairs: a set can share one exactly when each two of it can', () => {
    fc.assert(
      fc.property(someTypes, (types) => {
        const pairs = types.flatMap((one, index) => types.slice(index + 1).map((other) => [one, other] as const))
        expect(sheetConflict(types) === null).toBe(pairs.every((pair) => sheetConflict(pair) === null))
      }),
    )
  })
  it('is never more than the contract lets through, and may be as many', () => {
    let most = 0
    for (let set = 1; set < 1 << asked.length; set++) {
      const types = asked.filter((_, bit) => set & (1 << bit))
      if (types.length > most && sheetConflict(types) === null) most = types.length
    }
    expect(most).toBe(MOST_ON_A_SHEET)
  })
})

describe('what may be declared instead (art. 46 DPR 445/2000)', () => {
  it.each<[types: CertificateType[], own: string[], ofAnother: string[]]>([
    [['8'], ['b'], []],
    [['12'], ['f'], ['f']],
    [['8', '12'], ['b', 'f'], ['f']],
    [['13'], ['e', 'f'], ['f']],
    [['11', '16', '1'], ['a', 'e', 'f'], ['f']],
    [['17', '11'], ['e'], []],
    [['18'], ['dd'], []],
    [['19'], [], []],
    [[], [], []],
  ])('of %j: %j of oneself, %j of another', (types, own, ofAnother) => {
    expect(declarable(types, false)).toEqual(own)
    expect(declarable(types, true)).toEqual(ofAnother)
  })
  it('of another is never more than of oneself', () => {
    fc.assert(
      fc.property(fc.subarray([...asked]), (types) => {
        expect(declarable(types, false)).toEqual(expect.arrayContaining(declarable(types, true)))
      }),
    )
  })
})

it('a sheet is good for as long as the first of its types', () => {
  expect(validMonthsOf(['1'])).toBe(null)
  expect(validMonthsOf(['1', '8'])).toBe(3)
  expect(validMonthsOf(['8', '12'], { '8': 6 })).toBe(3)
  expect(validMonthsOf(['8', '1'], { '8': null, '1': 12 })).toBe(12)
})
