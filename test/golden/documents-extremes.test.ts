import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { RegisteredPerson } from '../../contract/document.ts'
import { residenceOf } from '../../gateway/citizen/address.ts'
import { type Paper, type Place, said } from '../../main/documents/model.ts'
import { renderPdf } from '../../main/documents/pdf.ts'
import { PAGE } from '../../main/documents/sheet.ts'
import { declaration } from '../../main/journeys/declaration/declaration.ts'
import { notorieta } from '../../main/journeys/declaration/notorieta.ts'
import { visura } from '../../main/journeys/visura/paper.ts'
import { longNames } from '../../simulator/population/names.ts'
import { codeOf } from '../support/documents/codes.ts'
import { at, dolina, dorde, juergen, laura, operation, sluderno, spello } from '../support/documents/people.ts'

/** Every part that an address may have, each as long as the register takes it. */
const HOUSE = {
  ...{ numero: '12345', metrico: '12345', lettera: 'ABC', esponente1: 'BIS', colore: '5' },
  civicoInterno: {
    ...{ corte: 'CORTE DELLE ROSE', scala: 'A DESTRA', interno1: '1234', espInterno1: 'TER', interno2: '5678' },
    ...{ espInterno2: 'QUATER', scalaEsterna: 'SINISTRA', secondario: '12', piano: 'SEMINTERRATO', nui: '123456789' },
    isolato: '33/BIS',
  },
}
const comune = (nomeComune: string, siglaProvinciaIstat: string) =>
  ({ nomeComune, siglaProvinciaIstat, codiceIstat: '054050' }) as const
const street = 'DELLA MADONNA DELLE GRAZIE DI SAN BARTOLOMEO IN MONTE'
const RESIDENCES = [
  residenceOf([
    {
      tipoIndirizzo: '1',
      presso: 'CONVENTO DELLE SUORE FRANCESCANE MISSIONARIE',
      indirizzo: {
        cap: '34018',
        comune: comune('SAN DORLIGO DELLA VALLE-DOLINA', 'TS'),
        frazione: 'SAN GIOVANNI DELLA CHIUSA – PESEK DI GROZZANA',
        toponimo: { specie: 'STRADA VICINALE', denominazioneToponimo: street },
        numeroCivico: HOUSE,
      },
    } as never,
  ]),
  laura.residence,
]
/** In words as they are, and as one that no line can break. */
const NAMES = [
  { name: longNames.M, surname: 'Della Gherardesca Castelbarco Pindemonte Rezzonico Visconti' },
  { name: 'Maria', surname: 'Ž'.repeat(60) },
]
const PLACES = [
  [['it'], laura, spello],
  [['it', 'en'], laura, spello],
  [['it', 'de'], juergen, sluderno],
  [['it', 'fr'], laura, spello],
  [['it', 'sl'], dorde, dolina],
] as const

/** What most people declare, and more than a page of two languages holds of the longest. */
const COMMON = ['residenza', 'statoDiFamiglia'] as const
const MANY = ['nascita', 'cittadinanza', ...COMMON] as const

function papersOf(person: RegisteredPerson & { source: 'anpr' }, languages: (typeof PLACES)[number][0], place: Place) {
  const made = { at, operation, person, place }
  const papers: [name: string, paper: Paper][] = [
    ['visura', visura({ ...made, reference: '77242849', languages, code: codeOf('visura-it') })],
    ['declaration', declaration({ ...made, declares: COMMON, languages, code: codeOf('autocertificazione-it') })],
    ['long declaration', declaration({ ...made, declares: MANY, languages, code: codeOf('autocertificazione-it') })],
  ]
  const [, second] = languages
  if (second !== 'sl') {
    const both = second ? (['it', second] as const) : (['it'] as const)
    papers.push(['atto notorio', notorieta({ ...made, languages: both, code: codeOf('notorieta-it') })])
  }
  return papers
}

interface Word {
  page: number
  text: string
  box: { left: number; top: number; right: number; bottom: number }
}
/** Each word with the place where it stands, in points. */
function wordsOn(pdf: Uint8Array): Word[] {
  const { stdout } = spawnSync('pdftotext', ['-bbox', '-', '-'], {
    input: pdf,
    encoding: 'utf8',
    maxBuffer: 10_000_000,
  })
  let page = 0
  const words: Word[] = []
  for (const line of stdout.split('\n')) {
    if (line.includes('<page ')) page++
    const found = /xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*)<\/word>/.exec(line)
    if (!found) continue
    const [left, top, right, bottom] = found.slice(1, 5).map(Number) as [number, number, number, number]
    const text = (found[5] ?? '').replaceAll('&amp;', '&').replaceAll('&apos;', "'")
    words.push({ page, text, box: { left, top, right, bottom } })
  }
  return words
}
const joined = (words: readonly Word[]) => words.map(({ text }) => text).join('')
const packed = (text: string) => text.replaceAll(/\s/g, '')

test.each(
  PLACES.flatMap((place) => NAMES.flatMap((names) => RESIDENCES.map((residence) => ({ place, names, residence })))),
)(
  'the longest names and addresses stand whole on every paper: %#',
  async ({ place: [languages, usual, place], names, residence }) => {
    const person = { ...usual, ...names, residence, birthPlace: 'SAN VALENTINO IN ABRUZZO CITERIORE (PE)' }
    for (const [name, paper] of papersOf(person, languages, place)) {
      const words = wordsOn(await renderPdf(paper))
      for (const { text, box } of words) {
        expect(box.left, `${name}: ${text}`).toBeGreaterThanOrEqual(PAGE.left - 1)
        expect(box.right, `${name}: ${text}`).toBeLessThanOrEqual(PAGE.width - PAGE.right + 1)
        expect(box.bottom, `${name}: ${text}`).toBeLessThanOrEqual(PAGE.height)
      }
      const whole = joined(words)
      for (const told of [person.surname, person.name, residence?.comune, person.birthPlace])
        expect(whole, name).toContain(packed(told ?? ''))
      expect(whole, name).toContain(packed(residence?.address ?? ''))
      const pages = Math.max(...words.map(({ page }) => page))
      expect(pages, name).toBeLessThanOrEqual(2)
      // What is declared stands on one sheet with its signature; the official's box is whole wherever it stands.
      if (name !== 'declaration' && name !== 'atto notorio') continue
      const signs = words.filter(({ text }) => /^(Firma|Timbro)/.test(text)).map(({ page }) => page)
      expect(signs[0], name).toBe(1)
      expect(new Set(signs.slice(1)).size, name).toBeLessThanOrEqual(1)
    }
  },
)

test('a paper that is longer than a page by its spaces alone has smaller ones', async () => {
  const lines = (count: number): Paper => ({
    ...{ languages: ['it'], title: said('Prova'), subtitle: null, at, ...spello, operation: null },
    blocks: Array.from({ length: count }, (_, index) => ({ kind: 'heading', text: said(`riga ${index}`) })),
  })
  const pagesOf = async (count: number) => Math.max(...wordsOn(await renderPdf(lines(count))).map(({ page }) => page))
  let most = 10
  while ((await pagesOf(most + 1)) === 1) most++
  const words = wordsOn(await renderPdf(lines(most)))
  const [first, second] = ['0', '1'].map((of) => words.find(({ text }) => text === of)?.box.top ?? 0) as [
    number,
    number,
  ]
  const loose = wordsOn(await renderPdf(lines(10)))
  const [one, two] = ['0', '1'].map((of) => loose.find(({ text }) => text === of)?.box.top ?? 0) as [number, number]
  expect(second - first).toBeLessThan(two - one)
})
