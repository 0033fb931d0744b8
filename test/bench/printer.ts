import { createRequire } from 'node:module'
import path from 'node:path'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import { createCanvas } from '@napi-rs/canvas'
import { type ProfileName, profiles } from '../../native/printer/head/profiles.ts'
import { pageBands } from '../../native/printer/head/raster.ts'
import { openPdf } from '../../native/printer/image/pdf.ts'
import { drawCertificate } from '../../simulator/anpr/certificate/document.ts'
import { grant } from '../../simulator/anpr/grant.ts'
import { personById } from '../../simulator/population/people.ts'
import { certificatePdf, receipt } from '../support/paper/papers.ts'
import { startPrinterBench } from '../support/paper/printer-bench.ts'
import { qrFigures } from './qr-codes.ts'
import { type Figure, median } from './report.ts'

const ROUNDS = 15
/** The first rounds warm the code up. */
const WARM_UP = 3
const PAGES = 50
/** A4 at 8 dots a millimetre. */
const SHEET = { width: 1680, height: 2376 }
const MEGABYTE = 1024 * 1024

/** From a certificate to bands of bytes, and from a call to the printer's first byte, by the real driver process. */
export async function printerFigures(): Promise<Figure[]> {
  // This comes first: a forked process inherits its parent's peak (Linux, ru_maxrss), and pdf.js makes this one large.
  const { firstByteMs, peakMegabytes } = await drivenProcess()
  const certificate = await typicalCertificate()
  const bands = await bandsOf(certificate, 'a4-kiosk')
  const packed = await bandsOf(certificate, 'receipt-80')
  const pdfium = await pdfiumAlone(certificate)
  const pdfjs = await pdfjsAlone(certificate)
  return [
    {
      what: 'A4 page: PDF → bands, warm',
      value: bands.ms,
      unit: 'ms',
      goal: { at: 'most', value: 150 },
      references: [
        { what: 'pdf.js and canvas: the page as pixels', value: pdfjs },
        { what: 'pdfium alone: the page as pixels', value: pdfium },
      ],
    },
    {
      what: 'A4 certificate on the head that unpacks (80 mm): bytes of the plain raster',
      value: packed.percent,
      unit: '%',
      goal: { at: 'most', value: 40 },
      references: [{ what: 'on the A4 head, which does not: blank rows and margins left out', value: bands.percent }],
    },
    {
      what: 'receipt: accepted → the printer has the first band',
      value: firstByteMs,
      unit: 'ms',
      goal: { at: 'most', value: 200 },
      references: [],
    },
    {
      what: `${PAGES} pages printed: peak memory above idle`,
      value: peakMegabytes,
      unit: 'MB',
      goal: { at: 'most', value: 120 },
      references: [{ what: 'its pages as grey pixels', value: (PAGES * SHEET.width * SHEET.height) / MEGABYTE }],
    },
    ...(await qrFigures()),
  ]
}

/** The certificate that people ask for most: residence, one page. */
async function typicalCertificate(): Promise<Buffer> {
  const { idAnpr } = personById('anna-bianchi')
  const wish = { types: ['8'], languages: ['IT'], tipoRichiedente: '2' }
  const exempt = { esenzioneBollo: '3', bollo: '0', diritti: '0', paEstera: '0' }
  const granted = grant({ ...wish, ...exempt, subject: idAnpr, requester: idAnpr }, '2026-11-22')
  if (!granted.ok) throw new Error(granted.error.text)
  const verification = { url: 'https://verifica.example/c/0?h=0123456789ABCDEF', code: '0123-4567-89AB-CDEF' }
  const issuedAt = new Date('2026-11-22T09:05:00.000Z')
  const facts = { ...granted.value, protocol: '1', issuedAt, verification, stamp: 'FAC-SIMILE' as const }
  return drawCertificate(facts, () => undefined)
}

async function bandsOf(pdf: Uint8Array, name: ProfileName): Promise<{ ms: number; percent: number }> {
  const profile = profiles[name]
  const times: number[] = []
  let percent = 0
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    const opened = await openPdf(pdf)
    if (!opened.ok) throw new Error(opened.error.reason)
    const paper = { dotsPerMm: profile.dotsPerMm, width: profile.headDots, roll: true }
    const page = await opened.value.dots(1, paper)
    if (!page.ok) throw new Error(page.error.reason)
    let bytes = 0
    for (const band of pageBands(page.value, profile).each) bytes += band.length
    await opened.value.close()
    times.push(performance.now() - started)
    percent = (100 * bytes) / ((profile.headDots / 8) * page.value.height)
  }
  return { ms: median(times.slice(WARM_UP)), percent }
}

/** The least time of any program that prints this page through pdfium. */
async function pdfiumAlone(pdf: Uint8Array): Promise<number> {
  const pdfium = await PDFiumLibrary.init()
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    const document = await pdfium.loadDocument(pdf)
    await document.getPage(0).render({ ...SHEET, colorSpace: 'Gray' })
    document.destroy()
    times.push(performance.now() - started)
  }
  return median(times.slice(WARM_UP))
}

/** The same page by the other library that a Node program would use. */
async function pdfjsAlone(pdf: Uint8Array): Promise<number> {
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const packageFolder = path.dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    const opening = getDocument({
      // pdf.js keeps the buffer that it gets.
      data: Uint8Array.from(pdf),
      standardFontDataUrl: `${packageFolder}/standard_fonts/`,
      verbosity: VerbosityLevel.ERRORS,
    })
    const page = await (await opening.promise).getPage(1)
    const canvas = createCanvas(SHEET.width, SHEET.height)
    const scale = SHEET.width / page.getViewport({ scale: 1 }).width
    const target = { canvas: canvas as unknown as HTMLCanvasElement, viewport: page.getViewport({ scale }) }
    await page.render(target).promise
    canvas.getContext('2d').getImageData(0, 0, SHEET.width, SHEET.height)
    await opening.destroy()
    times.push(performance.now() - started)
  }
  return median(times.slice(WARM_UP))
}

async function drivenProcess(): Promise<{ firstByteMs: number; peakMegabytes: number }> {
  const bench = await startPrinterBench('a4-kiosk')
  try {
    await bench.until('ready')
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const sent = bench.untilProgress(({ state, band }) => state === 'sent' && band === 1)
      const started = performance.now()
      const printed = bench.print('receipt', { kind: 'receipt', document: receipt }, 1)
      await sent
      times.push(performance.now() - started)
      if (!(await printed).ok) throw new Error('the receipt was not printed')
    }
    const idle = await bench.memory()
    const printed = await bench.print('long', { kind: 'pdf', pdf: await certificatePdf(PAGES) }, 1)
    if (!printed.ok) throw new Error('the long document was not printed')
    const { peak } = await bench.memory()
    return { firstByteMs: median(times.slice(WARM_UP)), peakMegabytes: (peak - idle.now) / MEGABYTE }
  } finally {
    await bench.stop()
  }
}
