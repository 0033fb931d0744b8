import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Paper, said } from './model.ts'
import { renderPdf } from './pdf.ts'

const run = promisify(execFile)

const paper: Paper = {
  languages: ['it', 'de'],
  title: [['Prova'], ['Probe']],
  subtitle: null,
  at: new Date('2026-11-22T09:01:00.000Z'),
  totem: 'BZ-0001',
  office: 'Ufficio postale di Sluderno (BZ)',
  operation: null,
  blocks: [
    { kind: 'paragraph', style: 'body', text: [['parola '.repeat(400)], ['Wort '.repeat(300)]] },
    { kind: 'facts', facts: [{ label: said('Nome'), value: 'Đorđe Großrubatscher, ș 北 \u{1f600}', source: 'anpr' }] },
    { kind: 'qr', text: 'TP1:ABC', beside: [said('codice')], alt: 'Codice QR' },
  ],
}

type Value = string | number | boolean | null | Value[] | { [key: string]: Value }
type Dictionary = { [key: string]: Value }
let objects: Record<string, { value?: Value; stream?: { dict: Dictionary; data: string } }>
let folder = ''

/** The object itself, or the one that a reference names. */
const at = (value: Value | undefined): Dictionary => {
  const found = typeof value === 'string' ? objects[`obj:${value}`] : undefined
  return (found ? (found.value ?? found.stream?.dict) : value) as Dictionary
}
const streamOf = (value: Value | undefined) => Buffer.from(objects[`obj:${value}`]?.stream?.data ?? '', 'base64')
const dictionaries = () =>
  Object.values(objects)
    .map(({ value, stream }) => value ?? stream?.dict)
    .filter((value): value is Dictionary => typeof value === 'object' && value !== null && !Array.isArray(value))

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pdfa-'))
  const file = path.join(folder, 'prova.pdf')
  await writeFile(file, await renderPdf(paper))
  const { stdout } = await run('qpdf', ['--json=2', '--json-stream-data=inline', '--decode-level=all', file], {
    maxBuffer: 50_000_000,
  })
  objects = JSON.parse(stdout).qpdf[1]
})
afterAll(() => rm(folder, { recursive: true }))

const trailer = () => objects.trailer?.value as Dictionary
const root = () => at(trailer()['/Root'])

// Rules of ISO 19005-2, checked by hand because no validator runs here.
test('PDF/A-2a: says so, with equal metadata in both places', () => {
  const xmp = streamOf(root()['/Metadata']).toString()
  expect(xmp).toContain('<pdfaid:part>2</pdfaid:part>')
  expect(xmp).toContain('<pdfaid:conformance>A</pdfaid:conformance>')
  const info = at(trailer()['/Info'])
  const said = (key: string) =>
    String(info[key]?.toString().match(/^\d+ \d+ R$/) ? objects[`obj:${info[key]}`]?.value : info[key])
  expect(said('/Title')).toBe('u:Prova')
  expect(xmp).toContain('<rdf:li xml:lang="x-default">Prova</rdf:li>')
  expect(said('/Author')).toBe('u:Totem Polis')
  expect(xmp).toContain('<rdf:li>Totem Polis</rdf:li>')
  expect(said('/Creator')).toBe('u:Totem Polis')
  expect(xmp).toContain('<xmp:CreatorTool>Totem Polis</xmp:CreatorTool>')
  expect(said('/CreationDate')).toBe('u:D:20261122090100Z')
  expect(xmp).toContain('<xmp:CreateDate>2026-11-22T09:01:00Z</xmp:CreateDate>')
})

test('PDF/A-2a: has an ID, no encryption, and a colour profile inside', () => {
  expect(trailer()['/ID']).toHaveLength(2)
  expect(trailer()['/Encrypt']).toBeUndefined()
  const [intent] = root()['/OutputIntents'] as Value[]
  expect(at(intent)).toMatchObject({ '/S': '/GTS_PDFA1' })
  const profile = at(intent)['/DestOutputProfile']
  expect(at(profile)['/N']).toBe(3)
  expect(streamOf(profile).subarray(36, 40).toString()).toBe('acsp')
})

test('PDF/A-2a: no transparency, no scripts, no font from outside', () => {
  const descriptors = dictionaries().filter((one) => one['/Type'] === '/FontDescriptor')
  expect(descriptors.length).toBeGreaterThan(2)
  for (const one of descriptors) expect(streamOf(one['/FontFile2']).length).toBeGreaterThan(500)
  const fonts = dictionaries().filter((one) => one['/Type'] === '/Font')
  for (const one of fonts) expect(one['/FontDescriptor'] ?? one['/DescendantFonts']).toBeDefined()
  for (const one of dictionaries()) {
    for (const key of ['/SMask', '/JS', '/AA', '/OpenAction', '/Group', '/EmbeddedFiles', '/URI']) {
      expect(one[key]).toBeUndefined()
    }
    if ('/ca' in one || '/CA' in one) expect([one['/ca'] ?? 1, one['/CA'] ?? 1]).toEqual([1, 1])
  }
})

test('PDF/A-2a: a structure tree in the languages of the sheet, with a text for its picture', () => {
  expect(root()['/Lang']).toBe('u:it')
  expect(at(root()['/MarkInfo'])['/Marked']).toBe(true)
  const elements = dictionaries().filter((one) => '/S' in one && '/P' in one)
  expect(elements.filter((one) => one['/Lang'] === 'u:de').length).toBeGreaterThan(1)
  expect(elements.find((one) => one['/S'] === '/Figure')?.['/Alt']).toBe('u:Codice QR')
})

test('a letter that the typeface lacks is never drawn as an empty box', () => {
  const drawn = Object.values(objects)
    .map(({ stream }) => Buffer.from(stream?.data ?? '', 'base64').toString('latin1'))
    .filter((content) => content.includes(' Tf'))
    .join('\n')
  const glyphs = [...drawn.matchAll(/<([0-9a-f]+)>/g)].flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
  expect(glyphs.length).toBeGreaterThan(1000)
  expect(glyphs).not.toContain('0000')
})
