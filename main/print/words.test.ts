import { expect, test } from 'vitest'
import { err } from '../../contract/result.ts'
import { papers } from '../../test/support/documents/documents.ts'
import { renderPdf } from '../documents/pdf.ts'
import { sentences, wordsOnSheet } from './words.ts'

const none = { call: async () => err({ kind: 'device-gone' }) } as unknown as Parameters<typeof wordsOnSheet>[2]

test('a sentence that goes on in the next line is read as one', () => {
  expect(
    sentences(
      'COMUNE DI SPELLO\n\nCertificato di residenza\nSi certifica che\r\nmario rossi,\nNato a Perugia\n il   1/1/1950',
    ),
  ).toEqual([
    'COMUNE DI SPELLO',
    'Certificato di residenza',
    'Si certifica che mario rossi, Nato a Perugia il 1/1/1950',
  ])
})

test('of a receipt all words are read, the fact with its name, and not what its code holds', async () => {
  const line = { size: 1, bold: false, align: 'left' } as const
  const document = {
    lines: [
      { kind: 'text', text: 'Ricevuta', ...line },
      { kind: 'rule' },
      { kind: 'fact', label: 'Protocollo', value: '123' },
      { kind: 'qr', data: 'TP1:XYZ', caption: 'Codice di verifica' },
    ],
  } as const
  expect(await wordsOnSheet({ kind: 'receipt', document: { lines: [...document.lines] } }, 'de', none)).toEqual([
    { lang: 'de', text: 'Ricevuta' },
    { lang: 'de', text: 'Protocollo: 123' },
    { lang: 'de', text: 'Codice di verifica' },
  ])
})

test('a form in two languages is read whole in the person’s own, then in the other, each for its own voice', async () => {
  const paper = papers['autocertificazione-it-de']
  if (!paper) throw new Error('no such paper')
  const pdf = await renderPdf(paper)
  const heard = async (visits: 'it' | 'de') => (await wordsOnSheet({ kind: 'pdf', pdf }, visits, none)) ?? []
  const german = await heard('de')
  const turn = german.findIndex(({ lang }) => lang === 'it')
  expect(german.slice(0, turn).every(({ lang }) => lang === 'de')).toBe(true)
  expect(german.slice(turn).every(({ lang }) => lang === 'it')).toBe(true)
  expect(german.slice(turn)[0]?.text).toBe('DICHIARAZIONE SOSTITUTIVA DI CERTIFICAZIONE')
  expect(german.slice(turn)).toHaveLength(turn)
  expect((await heard('it'))[0]).toEqual(german[turn])
  for (const said of [german.slice(0, turn), german.slice(turn)])
    for (const { value } of paper.blocks.flatMap((block) => (block.kind === 'facts' ? block.facts : [])))
      if (value !== null) expect(said.map(({ text }) => text).join('\n')).toContain(value)
})

test('without the device process nothing is read', async () => {
  expect(await wordsOnSheet({ kind: 'pdf', pdf: new Uint8Array() }, 'it', none)).toBeNull()
})
