import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import { build } from 'esbuild'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { VerificationClaims } from '../../contract/verification.ts'
import type { Block } from '../../main/documents/model.ts'
import { renderPdf } from '../../main/documents/pdf.ts'
import { type Coded, claims, codeOf } from '../support/documents/codes.ts'
import { papers } from '../support/documents/documents.ts'
import { type Judge, judge } from '../support/documents/judge.ts'
import { difference } from '../support/paper/compare.ts'
import { dotsOf } from '../support/paper/papers.ts'

const run = promisify(execFile)
/** The output of a tool on a PDF; a warning is a failure. */
async function told(tool: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(tool, args)
  expect(stderr, tool).toBe('')
  return stdout
}
const root = fileURLToPath(new URL('../..', import.meta.url))
const golden = (name: string) => fileURLToPath(new URL(`documents/${name}.png`, import.meta.url))

/** A4 on a thermal head: 8 dots a millimetre. */
const WIDTH = 1680
const HEIGHT = 2376
/** A head burns every grey value below this. */
const INK = 190

let folder = ''
let pdfium: PDFiumLibrary
let verdict: Judge
beforeAll(async () => {
  verdict = await judge()
  pdfium = await PDFiumLibrary.init()
  folder = await mkdtemp(path.join(tmpdir(), 'papers-'))
})
afterAll(async () => {
  pdfium.destroy()
  await verdict.end()
  await rm(folder, { recursive: true })
})

/** Pages in black and white, as the thermal head prints them; a dot of 1 is black. */
async function pictures(pdf: Uint8Array): Promise<{ png: Buffer; dots: Uint8Array }[]> {
  const document = await pdfium.loadDocument(pdf)
  const sheets = []
  for (const page of document.pages()) {
    const { data } = await page.render({ width: WIDTH, height: HEIGHT, colorSpace: 'Gray' })
    const dots = Uint8Array.from(data, (grey) => (grey < INK ? 1 : 0))
    const picture = new PNG({ width: WIDTH, height: HEIGHT, colorType: 0, inputColorType: 0, inputHasAlpha: false })
    picture.data = Buffer.from(dots.map((dot) => (dot ? 0 : 255)))
    sheets.push({ png: PNG.sync.write(picture, { colorType: 0, inputColorType: 0, inputHasAlpha: false }), dots })
  }
  document.destroy()
  return sheets
}

const codesOf = (blocks: readonly Block[]) => blocks.flatMap((block) => (block.kind === 'qr' ? [block.text] : []))

/** Every text of a code that people read. */
function saidIn(said: VerificationClaims): string[] {
  const { subject, fromAnpr, declared } = { subject: null, fromAnpr: {}, declared: {}, ...said }
  const facts = Object.values({ ...fromAnpr, ...declared }).flatMap((fact) => fact.split(/, |\n/))
  const named = subject ? [`${subject.surname} ${subject.name}`, subject.codiceFiscale] : []
  const issued = 'operation' in said ? [said.operation] : []
  const certificate = 'protocol' in said ? [said.protocol] : []
  return [said.totem, ...named, ...issued, ...certificate, ...facts]
}

describe.each(Object.entries(papers))('%s', (name, paper) => {
  let pdf: Uint8Array
  let file = ''
  beforeAll(async () => {
    pdf = await renderPdf(paper)
    file = path.join(folder, `${name}.pdf`)
    await writeFile(file, pdf)
  })

  test('looks on a thermal head as approved, and its code is readable and genuine', async () => {
    const sheets = await pictures(pdf)
    const codes = codesOf(paper.blocks)
    const read: string[] = []
    const verdicts: unknown[] = []
    for (const [index, { png, dots }] of sheets.entries()) {
      const picture = path.join(folder, `${name}-${index + 1}.png`)
      await writeFile(picture, png)
      // After a change that was looked at: UPDATE_GOLDEN=1.
      if (process.env.UPDATE_GOLDEN) await writeFile(golden(`${name}-${index + 1}`), png)
      const approved = dotsOf(await readFile(golden(`${name}-${index + 1}`)))
      expect(difference({ width: WIDTH, height: HEIGHT, dots }, approved)).toBeLessThan(0.002)
      if (codes.length === 0) continue
      // zbarimg's answer 4: there is no code on this sheet.
      const { stdout } = await run('zbarimg', ['-q', '--raw', picture]).catch((error) => {
        if (error.code !== 4) throw error
        return { stdout: '' }
      })
      const found = stdout.split('\n').filter((line) => line !== '')
      read.push(...found)
      if (found.length > 0) verdicts.push(await verdict.of(golden(`${name}-${index + 1}`)))
    }
    expect(read).toEqual(codes)
    expect(verdicts).toMatchObject(name in claims ? [{ exit: 0, kind: 'genuine', claims: claims[name as Coded] }] : [])
  })

  test('its code says only what stands on the sheet', async () => {
    const text = (await told('pdftotext', '-raw', file, '-')).replace(/\s+/g, ' ')
    for (const words of name in claims ? saidIn(claims[name as Coded]) : []) expect(text).toContain(words)
  })

  test('is a sound, tagged file in embedded Titillium', async () => {
    expect(await told('qpdf', '--check', file)).toContain('No syntax or stream encoding errors found')
    const info = await told('pdfinfo', file)
    expect(info).toMatch(/Tagged: +yes/)
    expect(info).toMatch(/PDF version: +1\.7/)
    expect(info).toMatch(/Page size: +595\.28 x 841\.89 pts \(A4\)/)
    expect(info).toContain(String(paper.title[0]?.[0]))
    const fonts = await told('pdffonts', file)
    const rows = fonts.trim().split('\n').slice(2)
    expect(rows.length).toBeGreaterThan(1)
    for (const row of rows) expect(row).toMatch(/^[A-Z]{6}\+TitilliumWeb-\w+ +CID TrueType +Identity-H +yes yes yes/)
  })

  test('its whole text can be extracted, in the order of the sheet and within its margins', async () => {
    const boxes = await told('pdftotext', '-bbox', file, '-')
    for (const [, xMin, yMin, xMax, yMax] of boxes.matchAll(
      /<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"/g,
    )) {
      expect(Number(xMin)).toBeGreaterThan(56)
      expect(Number(xMax)).toBeLessThan(539.5)
      expect(Number(yMin)).toBeGreaterThan(20)
      expect(Number(yMax)).toBeLessThan(822)
    }
    // pdftotext follows the content, which is drawn in the order of the structure tree.
    const text = (await told('pdftotext', '-raw', file, '-')).replace(/\s+/g, ' ')
    const headings = [paper.title, ...paper.blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : []))]
    let after = 0
    for (const words of headings.flat()) {
      const found = text.indexOf(String(words[0]), after)
      expect(found).toBeGreaterThan(-1)
      after = found
    }
    for (const block of paper.blocks) {
      if (block.kind !== 'facts') continue
      for (const { value } of block.facts) if (value !== null) expect(text).toContain(value)
    }
  })
})

test('every paper except the technician’s has a code, which names the kind of paper', () => {
  const coded = Object.entries(papers).filter(([, { blocks }]) => codesOf(blocks).length > 0)
  expect(coded.map(([name]) => name)).toEqual(Object.keys(claims))
  for (const [name, { blocks }] of coded) expect(codesOf(blocks)).toEqual([codeOf(name as Coded)])
})

test('npx totem verify tells a clerk that the picture of a declaration is genuine', async () => {
  const { stdout } = await run(path.join(root, 'commands/totem.mjs'), [
    'verify',
    golden('autocertificazione-it-1'),
    ...verdict.trust,
  ])
  expect(stdout).toMatch(/^GENUINE PAPER OF A TOTEM\n/)
  expect(stdout).toContain('BNCLRA85C55F205D')
})

test('a screen reader is told what is a heading, a table, a box to tick and a picture', async () => {
  const paper = papers['autocertificazione-it-en']
  const file = path.join(folder, 'spoken.pdf')
  if (paper) await writeFile(file, await renderPdf(paper))
  const spoken = (await told('pdfinfo', '-struct-text', file)).replace(/\s+/g, ' ')
  for (const part of [
    'H1 (block) "DICHIARAZIONE SOSTITUTIVA DI CERTIFICAZIONE" H1 (block) "Declaration in lieu of a certificate"',
    'TR TH: /Scope /Row "Cognome e nome / Surname and first names" TD "Bianchi Laura" TD "ANPR"',
    'Lbl (block) "" LBody (block) P (block) "di essere residente a SPELLO (PG), VIA GARIBALDI 7"',
    'TH: /Scope /Column "Cognome e nome / Surname and first names"',
    'Figure',
  ])
    expect(spoken).toContain(part)
})

test('another process, and the packed program, write the same bytes', async () => {
  const name = 'autocertificazione-it-de'
  const bundle = path.join(folder, 'dist/main/index.cjs')
  await symlink(path.join(root, 'assets'), path.join(folder, 'assets'))
  await build({
    stdin: {
      contents: `import { renderPdf } from './main/documents/pdf.ts'
        import { papers } from './test/support/documents/documents.ts'
        renderPdf(papers['${name}']).then((pdf) => process.stdout.write(pdf))`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // As scripts/build.ts has it.
    define: { 'import.meta.url': '__moduleUrl', 'import.meta.main': 'false' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href" },
  })
  const { stdout } = await run(process.execPath, [bundle], { encoding: 'buffer' })
  const paper = papers[name]
  expect(paper && Buffer.compare(stdout, await renderPdf(paper))).toBe(0)
})
