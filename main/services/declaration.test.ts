import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Block } from '../documents/model.ts'
import { cns, member, recognised } from '../session/scripted-visit.ts'
import type { Declared } from '../session/services.ts'
import { birthOf, declarationOf } from './declaration.ts'
import type { SignPaper } from './verification.ts'

const anna = { born: '18061951', sex: 'F' }

describe('birth as the card tells it', () => {
  test.each([
    ['as the codice fiscale says', anna, 'BNCNMR51H58I888X', { born: '1951-06-18', sex: 'F' }],
    ['omocodia: letters stand for digits', anna, 'BNCNMRRMHRUI888X', { born: '1951-06-18', sex: 'F' }],
    ['omocodia of another day', anna, 'BNCNMRRMHRVI888X', { born: null, sex: null }],
    ['another day', { ...anna, born: '19061951' }, 'BNCNMR51H58I888X', { born: null, sex: null }],
    ['another sex', { ...anna, sex: 'M' }, 'BNCNMR51H58I888X', { born: null, sex: null }],
    [
      'a day that no calendar has',
      { ...anna, born: '31021951', sex: 'M' },
      'BNCNMR51B31I888X',
      { born: null, sex: null },
    ],
    ['no date at all', { ...anna, born: '' }, 'BNCNMR51H58I888X', { born: null, sex: null }],
    ['a CIE', null, 'BNCNMR51H58I888X', { born: null, sex: null }],
  ])('%s', (_, card, codiceFiscale, birth) => {
    expect(birthOf(card, codiceFiscale)).toEqual(birth)
  })
  // Near enough to be taken: also the 31st of February.
  const digits = fc.stringMatching(/^[0-3]\d[01]\d19[0-2]\d$/)
  const sex = fc.constantFrom('M', 'F', '')
  const codiceFiscale = fc.stringMatching(/^BNCNMR[0-2]\d[A-T][0-7]\dI888X$/)
  test('whatever is on the card, what is printed is a day of the calendar or nothing', () => {
    fc.assert(
      fc.property(digits, sex, codiceFiscale, (born, sex, codiceFiscale) => {
        const birth = birthOf({ born, sex }, codiceFiscale)
        expect(birth.born === null || z.iso.date().safeParse(birth.born).success).toBe(true)
      }),
    )
  })
})

describe('what the declaration carries', () => {
  const family = [member('AB10234CX', true), { ...member('AB10234CY', false), name: 'NICOLÒ', relation: '2' }]
  const declared: Declared = { holder: recognised, personalData: cns.personalData, family: null, types: ['8'] }
  const at = new Date('2026-11-22T09:01:00.000Z')
  const told: Parameters<SignPaper>[0][] = []
  const sign: SignPaper = (claims) => {
    told.push(claims)
    return 'TP1:ABC'
  }
  const made = (change: Partial<Declared>, language: 'it' | 'en' = 'it') =>
    declarationOf({ ...declared, ...change }, { language, place: { totem: 'TT-0001', office: 'Spello' }, at, sign })
  const ticked = (blocks: readonly Block[]) =>
    blocks.flatMap((block) => (block.kind === 'choices' ? block.choices : [])).filter((choice) => choice.ticked)

  test('residence alone: nobody else of the family is named, on the paper or in its code', () => {
    const { paper } = made({})
    expect(ticked(paper.blocks)).toHaveLength(1)
    expect(JSON.stringify(paper.blocks)).not.toContain('NICOLÒ')
    expect(told.at(-1)).toMatchObject({ fromAnpr: {}, declared: {}, issuedAt: at.toISOString() })
  })
  test('the family: as ANPR told it, marked so', () => {
    const { paper } = made({ family, types: ['12'] })
    expect(ticked(paper.blocks)).toMatchObject([{ source: 'anpr', table: { source: 'anpr' } }])
    expect(told.at(-1)).toMatchObject({
      fromAnpr: { f: 'BIANCHI ANNA, 1951, intestatario/a\nBIANCHI NICOLÒ, 1951, marito/moglie' },
    })
  })
  test('line-down: the family is lines to write on', () => {
    expect(ticked(made({ types: ['12'] }).paper.blocks)).toMatchObject([{ source: null, lines: 2 }])
  })
  test('in English it stays the Italian form, with its translation', () => {
    expect(made({}, 'en').paper.languages).toEqual(['it', 'en'])
  })
  test('a code that does not fit or cannot be made: the paper has none', () => {
    const place = { totem: 'TT-0001', office: 'Spello' }
    const { paper } = declarationOf(declared, { language: 'it', place, at, sign: () => null })
    expect(paper.blocks.some(({ kind }) => kind === 'qr')).toBe(false)
  })
})
