import { readdirSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { forgetDocuments, openPdf, type PdfLimits } from '../../native/printer/image/pdf.ts'
import { certificatePdf } from '../support/paper/papers.ts'
import { pdfFile, pdfPage } from '../support/paper/pdf-file.ts'
import { type PrinterBench, startPrinterBench } from '../support/paper/printer-bench.ts'

// Files that take all time or memory, or lie about their pages: each is refused by name before a sheet moves.

const PAPER = { dotsPerMm: 8, width: 1728, roll: true }
const SHORT: PdfLimits = { taskMs: 1500, totalMs: 2500, ordinaryMs: 0 }
const refused = (reason: string) => ({ ok: false, error: { kind: 'pdf-refused', reason } })

async function dots(bytes: Uint8Array, limits?: PdfLimits) {
  const opened = await openPdf(bytes, limits)
  if (!opened.ok) return opened
  const drawn = await opened.value.dots(1, PAPER)
  await opened.value.close()
  return drawn
}

/** The kernel's threads of this process: a worker that has ended is not among them. */
const workers = () => readdirSync('/proc/self/task').sort()

/** A line of dashes so short that no printer has dots for them. */
const dashes = (length: number) => pdfPage({ content: `[${length}] 0 d 0 0 m 595 842 l S` })

/** Forms that draw the next one ten times. */
function nested(depth: number): Buffer {
  const draws = '/N Do '.repeat(10)
  const forms = Array.from({ length: depth }, (_, level) => {
    const last = level === depth - 1
    const content = last ? '0 0 5 5 re f' : draws
    const next = last ? '' : `/XObject<</N ${level + 7} 0 R>>`
    return `<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<<${next}>>/Length ${content.length}>>\nstream\n${content}\nendstream`
  })
  return pdfPage({ content: draws, resources: '/XObject<</N 6 0 R>>', more: forms })
}

/** A picture of `side` × `side` pixels, packed twice. */
function picture(side: number): Buffer {
  const packed = deflateSync(deflateSync(Buffer.alloc(side * side)))
  const entries = `/Type/XObject/Subtype/Image/Width ${side}/Height ${side}/ColorSpace/DeviceGray/BitsPerComponent 8`
  return pdfPage({
    content: 'q 595 0 0 842 0 0 cm /I Do Q',
    resources: '/XObject<</I 6 0 R>>',
    more: [
      Buffer.concat([
        Buffer.from(`<<${entries}/Filter[/FlateDecode/FlateDecode]/Length ${packed.length}>>\nstream\n`),
        packed,
        Buffer.from('\nendstream'),
      ]),
    ],
  })
}

describe('a file that takes all there is', () => {
  let certificate: Buffer
  beforeAll(async () => {
    certificate = await certificatePdf()
    // The thread has started, and its limits count the file's own work alone.
    expect(await dots(certificate)).toMatchObject({ ok: true })
  })

  test.each([
    ['dashes without end', dashes(0.00001), ['too-slow', 'too-large']],
    ['forms in forms', nested(9), ['too-slow', 'too-large']],
    ['a picture of 900 million pixels', picture(30_000), ['too-slow', 'too-large', 'blank']],
  ])('%s: refused, and the next file is drawn', async (_, pdf, reasons) => {
    const drawn = await dots(pdf, SHORT)
    expect(drawn.ok ? null : reasons).toContain(drawn.ok ? null : drawn.error.reason)
    expect(await dots(certificate)).toMatchObject({ ok: true })
  })

  test('too-slow once is too-slow at once, at the next page and the next visit', async () => {
    const pdf = dashes(0.00002)
    expect(await dots(pdf, SHORT)).toEqual(refused('too-slow'))
    expect(await openPdf(pdf)).toEqual(refused('too-slow'))
  })

  test('many slow pages are refused as one very slow page is', async () => {
    const heavy = '/X gs 0 0 595 842 re f '.repeat(8)
    const pdf = pdfPage({
      content: heavy,
      resources: '/ExtGState<</X<</BM/Luminosity>>>>',
    })
    const opened = await openPdf(pdf, { taskMs: 30_000, totalMs: 300, ordinaryMs: 0 })
    if (!opened.ok) throw new Error(opened.error.reason)
    const reasons: (string | null)[] = []
    for (let n = 0; n < 20; n++) {
      const drawn = await opened.value.pixels(1, { width: 900 })
      reasons.push(drawn.ok ? null : drawn.error.reason)
    }
    expect(reasons.at(-1)).toBe('too-slow')
  })

  test('a page that asks for more memory than a totem gives is too large, and its memory is given back', async () => {
    expect(await dots(nested(8), { taskMs: 60_000, totalMs: 60_000, ordinaryMs: 0 })).toEqual(refused('too-large'))
    expect(await dots(certificate)).toMatchObject({ ok: true })
  })

  test('a document that was open when the thread ended is opened again', async () => {
    const opened = await openPdf(certificate)
    if (!opened.ok) throw new Error(opened.error.reason)
    await dots(dashes(0.00003), SHORT)
    expect(await opened.value.dots(1, PAPER)).toMatchObject({ ok: true })
    await opened.value.close()
  })
})

test('documents are forgotten with their thread, and one that is still open draws its next page', async () => {
  const opened = await openPdf(await certificatePdf())
  if (!opened.ok) throw new Error(opened.error.reason)
  const before = await opened.value.dots(1, PAPER)
  await forgetDocuments()
  const after = await opened.value.dots(1, PAPER)
  expect(before).toMatchObject({ ok: true })
  expect(after).toEqual(before)
  await opened.value.close()
  // A thread that has seen none stays: each visit has three rounds of forgetting.
  await forgetDocuments()
  const started = workers()
  await forgetDocuments()
  expect(workers()).toEqual(started)
})

describe('at the printer', () => {
  let bench: PrinterBench
  beforeAll(async () => {
    bench = await startPrinterBench('a4-kiosk')
    await bench.until('ready')
  })
  beforeEach(() => {
    bench.progress.length = 0
  })
  afterAll(() => bench.stop())
  const print = (pdf: Uint8Array) => bench.print('job', { kind: 'pdf', pdf }, 1)
  const text = (word: string) => `BT /F 24 Tf 72 700 Td (${word}) Tj ET`
  const pages = (kids: string, count: number, more: string[] = []) =>
    pdfFile([
      '<</Type/Catalog/Pages 2 0 R>>',
      `<</Type/Pages/Kids[${kids}]/Count ${count}>>`,
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>',
      `<</Length ${text('UNO').length}>>\nstream\n${text('UNO')}\nendstream`,
      '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
      ...more,
    ])

  test('a cover that is opened while a file takes its time is told at once', async () => {
    const printing = print(dashes(0.00004))
    bench.printer.setCover(true)
    await bench.until('coverOpen')
    bench.printer.setCover(false)
    await bench.until('ready')
    expect(await printing).toEqual(refused('too-slow'))
  })

  test.each([
    ['the second page is missing', pages('3 0 R 99 0 R', 2), 'broken'],
    ['more pages are counted than there are', pages('3 0 R', 3), 'broken'],
    [
      'the second page is blank',
      pages('3 0 R 6 0 R', 2, ['<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>']),
      'blank',
    ],
    ['the second page is the root of all pages', pages('3 0 R 2 0 R', 2), 'broken'],
    [
      'the second page is a strip of paper',
      pages('3 0 R 6 0 R', 2, [
        '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 30]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>',
      ]),
      'too-small',
    ],
  ])('%s: no sheet moves', async (_, pdf, reason) => {
    const moved = bench.printer.moved
    expect(await print(pdf)).toEqual(refused(reason))
    expect(bench.progress).toEqual([])
    expect(bench.printer.moved).toBe(moved)
  })
})
