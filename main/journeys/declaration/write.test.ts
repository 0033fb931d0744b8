import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { cns, member, recognised, visura } from '../../../test/support/visit/scripted-visit.ts'
import type { WritingOptions } from '../../documents/facts.ts'
import type { Block } from '../../documents/model.ts'
import type { SignPaper } from '../../print/sign.ts'
import { writeVisura } from '../visura/service.ts'
import { birthOf } from './birth.ts'
import type { Declared } from './visit.ts'
import { writeForm } from './write.ts'

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
  const declared: Declared = {
    holder: recognised,
    personalData: cns.personalData,
    family: null,
    registered: null,
    declares: ['b'],
    children: [],
    mourned: [],
  }
  const at = new Date('2026-11-22T09:01:00.000Z')
  const told: Parameters<SignPaper>[0][] = []
  const sign: SignPaper = (claims) => {
    told.push(claims)
    return 'TP1:ABC'
  }
  const options: WritingOptions = {
    ...{ language: 'it', secondLanguage: null, place: { totem: 'TT-0001', office: 'Spello' }, at, sign },
  }
  const made = (change: Partial<Declared>, how: Partial<WritingOptions> = {}, document = 'declaration' as const) =>
    writeForm(document, { ...declared, ...change }, { ...options, ...how })
  const ticked = (blocks: readonly Block[]) =>
    blocks.flatMap((block) => (block.kind === 'choices' ? block.choices : [])).filter((choice) => choice.ticked)

  test('residence alone: nobody else of the family is named, on the paper or in its code', () => {
    const { paper } = made({})
    expect(ticked(paper.blocks)).toHaveLength(1)
    expect(JSON.stringify(paper.blocks)).not.toContain('NICOLÒ')
    expect(told.at(-1)).toMatchObject({ fromAnpr: {}, declared: {}, issuedAt: at.toISOString() })
  })
  test('the family: as ANPR told it, marked so', () => {
    const { paper } = made({ family, declares: ['f'] })
    expect(ticked(paper.blocks)).toMatchObject([{ source: 'anpr', table: { source: 'anpr' } }])
    expect(told.at(-1)).toMatchObject({
      fromAnpr: { f: 'BIANCHI ANNA, 1951, intestatario/a\nBIANCHI NICOLÒ, 1951, marito/moglie' },
    })
  })
  test('line-down: the family is lines to write on', () => {
    expect(ticked(made({ declares: ['f'] }).paper.blocks)).toMatchObject([{ source: null, lines: 2 }])
  })
  test('in English it stays the Italian form, with its translation', () => {
    expect(made({}, { language: 'en' }).paper.languages).toEqual(['it', 'en'])
  })
  test('a code that does not fit or cannot be made: the paper has none', () => {
    const { paper } = made({}, { sign: () => null })
    expect(paper.blocks.some(({ kind }) => kind === 'qr')).toBe(false)
  })
  test('filled from ANPR: sheet and code say what is declared, and nothing else of the person but their birth', () => {
    const { paper } = made({ registered: { ...visura.person, family: null } })
    expect(ticked(paper.blocks)).toMatchObject([{ source: 'anpr' }])
    expect(JSON.stringify(paper.blocks)).not.toMatch(/coniugata|cittadinanza/)
    expect(told.at(-1)?.document === 'dichiarazioneSostitutiva' && told.at(-1)).toMatchObject({
      fromAnpr: { a: 'SPELLO (PG), 18/06/1951', b: 'SPELLO (PG), VIA GIULIA 12' },
    })
    made({ registered: { ...visura.person, family: null }, declares: ['c', 'e'] })
    expect(told.at(-1)).toMatchObject({
      fromAnpr: { a: 'SPELLO (PG), 18/06/1951', c: 'ITALIA', e: 'coniugata' },
    })
    expect(told.at(-1)).not.toHaveProperty('fromAnpr.b')
  })
  test('children and those who died: a line for each, by name, as ANPR told it', () => {
    const { paper } = made({
      registered: { ...visura.person, family: null },
      declares: ['h-birth', 'h-death', 'q', 'g'],
      children: [
        { name: 'SOFIA', surname: 'RICCI', relation: '3', born: '2012' },
        { name: 'LEO', surname: 'RICCI', relation: '3', born: '2015-09-30' },
      ],
      mourned: [{ name: 'GIULIO', surname: 'RICCI', relation: '2', born: '1944' }],
    })
    const lines = ticked(paper.blocks).map(({ text: [italian = []], source }) => [
      italian.map((run) => (typeof run === 'string' ? run : 'strong' in run ? run.strong : '__')).join(''),
      source,
    ])
    expect(lines).toEqual([
      ['di essere in vita', null],
      ['che il/la figlio/a RICCI SOFIA è nato/a a __ il __ 2012', 'anpr'],
      ['che il/la figlio/a RICCI LEO è nato/a a __ il 30/09/2015', 'anpr'],
      ['che RICCI GIULIO (marito/moglie) è deceduto/a il __', 'anpr'],
      ['che il proprio codice fiscale è: BNCNMR51H58I888X', 'anpr'],
    ])
  })
  test('the box of the official stands on an atto notorio alone', () => {
    const boxes = (blocks: readonly Block[]) => blocks.filter(({ kind }) => kind === 'box')
    expect(boxes(writeForm('atto-notorio', declared, options).paper.blocks)).toHaveLength(1)
    expect(boxes(made({}).paper.blocks)).toEqual([])
  })

  const notorieta = (how: Partial<WritingOptions> = {}) => writeForm('atto-notorio', declared, { ...options, ...how })
  test('an atto notorio: identity filled, the rest by hand, and the code says no more than the card does', () => {
    const { paper } = notorieta()
    expect(paper.blocks.some(({ kind }) => kind === 'lines')).toBe(true)
    expect(told.at(-1)).toEqual({
      document: 'attoNotorio',
      issuedAt: at.toISOString(),
      subject: { surname: 'BIANCHI', name: 'ANNA', codiceFiscale: 'BNCNMR51H58I888X' },
      fromAnpr: {},
    })
  })

  const seen = (how: Partial<WritingOptions> = {}) => writeVisura(visura, { ...options, ...how })
  test('a visura bears ANPR’s moment and reference, and every fact in its code', () => {
    const { paper } = seen()
    expect(paper.at.toISOString()).toBe(visura.at)
    expect(JSON.stringify(paper.blocks)).toContain(visura.reference)
    expect(told.at(-1)).toMatchObject({ document: 'visura', fromAnpr: { f: 'BIANCHI ANNA, 1951, intestatario/a' } })
  })

  test.each([
    ['it', null, ['it'], ['it'], ['it']],
    ['it', 'de', ['it', 'de'], ['it', 'de'], ['it', 'de']],
    // No Slovene form of art. 47 is known (main/journeys/declaration/notorieta.ts).
    ['it', 'sl', ['it', 'sl'], ['it'], ['it', 'sl']],
    ['en', 'de', ['it', 'en'], ['it', 'en'], ['en', 'it']],
  ] as const)(
    'visit in %s, territory of %s: form, atto notorio and visura',
    (language, secondLanguage, ...expected) => {
      const how = { language, secondLanguage }
      expect([made({}, how), notorieta(how), seen(how)].map(({ paper }) => paper.languages)).toEqual(expected)
    },
  )
})
