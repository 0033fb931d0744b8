import fc from 'fast-check'
import PDFDocument from 'pdfkit'
import { expect, test } from 'vitest'
import { topics } from '../../../catalogue/declaration-words.ts'
import { registeredPerson } from '../../../contract/document.ts'
import type { FormLanguages } from '../../documents/facts.ts'
import { layOut } from '../../documents/layout.ts'
import type { Block, Paper } from '../../documents/model.ts'
import { renderPdf } from '../../documents/pdf.ts'
import { place } from '../../documents/placing.ts'
import { PAGE } from '../../documents/sheet.ts'
import { asset, FACES, type Measure } from '../../documents/typeface.ts'
import { visura } from '../visura/paper.ts'
import { declaration } from './declaration.ts'
import { notorieta } from './notorieta.ts'

const pen = new PDFDocument({ font: '' })
for (const [face, name] of Object.entries(FACES)) pen.registerFont(face, asset(`${name}.ttf`))
const measure: Measure = (text, { face, size }) => pen.font(face, size).widthOfString(text)

const name = fc.oneof(
  fc.constantFrom('D’Angiò', "Dell'Acqua", 'Žerjav Čuček', 'Đorđe', 'Großrubatscher', 'Nguyễn Thị', 'Àmbrogio'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 150 }),
)
const date = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2026-11-22'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10))
/** As much of a date as ANPR may know. */
const known = fc.tuple(date, fc.constantFrom(4, 7, 10)).map(([day, length]) => day.slice(0, length))
/** Not everybody has both a surname and a name. */
const nameOrNone = fc.oneof({ arbitrary: name, weight: 3 }, fc.constant(''))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const person = fc.record({
  source: fc.constant('anpr' as const),
  name: nameOrNone,
  surname: nameOrNone,
  codiceFiscale: fc.constant('BNCLRA85C55F205D'),
  sex: maybe(fc.constantFrom('M' as const, 'F' as const, 'N' as const)),
  born: maybe(known),
  birthPlace: maybe(name),
  residence: maybe(fc.record({ comune: maybe(name), address: maybe(name) })),
  citizenships: maybe(fc.array(name, { minLength: 1, maxLength: 3 })),
  statoCivile: maybe(
    fc.constantFrom('1' as const, '2' as const, '3' as const, '4' as const, '6' as const, '7' as const, '8' as const),
  ),
  family: maybe(
    fc.array(
      fc.record({
        name: nameOrNone,
        surname: nameOrNone,
        born: maybe(known),
        tie: fc.constantFrom('family' as const, 'convivenza' as const),
        relation: fc.integer({ min: 1, max: 99 }).map(String),
      }),
      { minLength: 1, maxLength: 20 },
    ),
  ),
})
const formLanguages = fc.constantFrom<FormLanguages>(['it'], ['it', 'en'], ['it', 'de'], ['it', 'sl'])
const code = fc.option(fc.constant(`TP1:${'AB12'.repeat(250)}`), { nil: null })
const where = {
  place: { totem: 'PG-0001', office: 'Ufficio postale di Spello (PG)' },
  at: new Date('2026-11-22T09:01:00Z'),
}
const operation = '01K0M3Z8Q4V7N2B5X9C1D6F8GH'

/** Every text stands between the margins of its page. */
function standsOnPaper(paper: Paper) {
  const { root, bands } = layOut(paper, measure)
  const { places } = place(bands, PAGE)
  const check = (element: typeof root) => {
    for (const { band, marks } of element.parts) {
      for (const mark of marks) {
        if (mark.kind !== 'text') continue
        const y = (places.get(band)?.y ?? Number.NaN) + mark.y
        expect(y).toBeGreaterThanOrEqual(PAGE.top - 2)
        expect(y).toBeLessThanOrEqual(PAGE.bottom)
        for (const { x, width } of mark.line) {
          expect(mark.x + x).toBeGreaterThanOrEqual(PAGE.left - 0.1)
          expect(mark.x + x + width).toBeLessThanOrEqual(PAGE.width - PAGE.right + 0.1)
        }
      }
    }
    element.children.forEach(check)
  }
  check(root)
}

test('any person, any family up to twenty: nothing runs off the paper', async () => {
  await fc.assert(
    fc.asyncProperty(person, formLanguages, code, fc.subarray([...topics]), async (who, languages, text, declares) => {
      expect(registeredPerson.parse(who)).toEqual(who)
      standsOnPaper(declaration({ ...where, operation, person: who, declares, languages, code: text }))
      standsOnPaper(visura({ ...where, operation, person: who, languages, reference: '77242849', code: text }))
      if (languages[1] === 'sl') return
      standsOnPaper(
        notorieta({ ...where, operation, person: who, languages: ['it', languages[1] ?? 'de'], code: text }),
      )
    }),
    { numRuns: 40 },
  )
})

test('any person: the PDF is made', async () => {
  await fc.assert(
    fc.asyncProperty(person, formLanguages, async (who, languages) => {
      const paper = declaration({ ...where, operation, person: who, declares: [], languages, code: null })
      expect(
        Buffer.from(await renderPdf(paper))
          .subarray(0, 8)
          .toString(),
      ).toBe('%PDF-1.7')
    }),
    { numRuns: 8 },
  )
})

/** Every piece of text on a paper, a sentence or a cell in one. */
const textsOn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value) && value.every((run) => typeof run === 'string' || 'strong' in run || 'gap' in run))
    return [value.map((run) => (typeof run === 'string' ? run : 'strong' in run ? run.strong : '____')).join('')]
  return Object.values(value ?? {}).flatMap(textsOn)
}

test('whatever is not known, every text reads well: no "undefined", no empty place, no comma that stands alone', () => {
  const word = fc.constantFrom('ROSSI', 'ANNA MARIA', 'D’ANGIÒ')
  const dull = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value), (key, inside: unknown) =>
      typeof inside === 'string' &&
      inside !== '' &&
      ['name', 'surname', 'birthPlace', 'comune', 'address'].includes(key)
        ? 'ROSSI'
        : key === 'citizenships' && inside !== null
          ? ['ITALIA']
          : inside,
    )
  fc.assert(
    fc.property(
      person,
      word,
      fc.constantFrom<FormLanguages>(['it'], ['it', 'en'], ['it', 'de']),
      (told, surname, languages) => {
        const who = { ...dull(told), ...(told.name === '' && told.surname === '' && { surname }) }
        const papers = [
          declaration({ ...where, operation, person: who, declares: [], languages, code: null }),
          visura({ ...where, operation, person: who, languages, reference: '1', code: null }),
          notorieta({ ...where, operation, person: who, languages: ['it'], code: null }),
        ]
        for (const text of papers.flatMap(({ blocks }) => textsOn(blocks)))
          expect(text).not.toMatch(/undefined|null|\?|^[ ,]|, ?$|, ,| {2}|\(\)/)
      },
    ),
    { numRuns: 100 },
  )
})

const saidIn = (blocks: readonly Block[]) => JSON.stringify(blocks)
const [sample] = fc.sample(
  person.map((who) => ({ ...who, born: null, residence: null, family: null })),
  { numRuns: 1, seed: 1 },
)

test('what ANPR did not tell is lines to write on in a declaration and nowhere on a visura', () => {
  if (!sample) throw new Error('no sample')
  const form = declaration({ ...where, operation, person: sample, declares: [], languages: ['it'], code: null })
  const choices = form.blocks.flatMap((block) => (block.kind === 'choices' ? block.choices : []))
  expect(choices.map(({ source }) => source)).toContain(null)
  expect(saidIn([{ kind: 'choices', choices }])).toContain('"gap"')
  const extract = visura({ ...where, operation, person: sample, languages: ['it'], reference: '1', code: null })
  expect(saidIn(extract.blocks)).not.toContain('"gap"')
  expect(
    extract.blocks.flatMap((block) => (block.kind === 'facts' ? block.facts : [])).every(({ value }) => value),
  ).toBe(true)
})

test('a day of birth without its place is printed, and the place is a line to write on', () => {
  if (!sample) throw new Error('no sample')
  const half = { ...sample, source: 'card' as const, born: '1985-03-15', birthPlace: null }
  const form = declaration({ ...where, operation, person: half, declares: [], languages: ['it'], code: null })
  const facts = form.blocks.flatMap((block) => (block.kind === 'facts' ? block.facts : []))
  expect(facts.filter(({ label }) => String(label[0]).includes('nascita'))).toEqual([
    { label: [['Luogo di nascita']], value: null, source: null },
    { label: [['Data di nascita']], value: '15/03/1985', source: 'card' },
  ])
  const [nascita] = form.blocks.flatMap((block) => (block.kind === 'choices' ? block.choices : []))
  expect(nascita?.source).toBe('card')
  expect(nascita?.text[0]).toContainEqual({ gap: 60 })
  expect(nascita?.text[0]).toContainEqual({ strong: '15/03/1985' })
})

test('what the law wants on a declaration is on it', () => {
  if (!sample) throw new Error('no sample')
  const form = saidIn(
    declaration({ ...where, operation, person: sample, declares: [], languages: ['it'], code: null }).blocks,
  )
  for (const article of ['art. 76', 'art. 75', 'art. 48', 'art. 37', 'art. 46', '2016/679'])
    expect(form).toContain(article)
  const affidavit = notorieta({ ...where, operation, person: sample, languages: ['it'], code: null })
  for (const article of ['art. 76', 'art. 75', 'art. 48', 'art. 37', 'art. 38', 'art. 49']) {
    expect(saidIn(affidavit.blocks)).toContain(article)
  }
})
