import { PDFiumLibrary } from '@hyzyla/pdfium'
import { openPdf } from '../../native/printer/pdf.ts'
import { type ProfileName, profiles } from '../../native/printer/profiles.ts'
import { pageBands } from '../../native/printer/raster.ts'
import { drawCertificate } from '../../simulator/anpr/certificate/document.ts'
import { grant } from '../../simulator/anpr/registry.ts'
import { personById } from '../../simulator/population/people.ts'
import { certificatePdf, receipt } from '../golden/papers.ts'
import { startPrinterBench } from '../golden/printer-bench.ts'
import { type Figure, median } from './report.ts'

const ROUNDS = 15
/** The first rounds warm the code up. */
const WARM_UP = 3
const PAGES = 50
const MEGABYTE = 1024 * 1024

/** From a certificate to bands of bytes, and from a call to the printer's first byte, by the real driver process. */
export async function printerFigures(): Promise<Figure[]> {
  const certificate = await typicalCertificate()
  const bands = await bandsOf(certificate, 'a4-kiosk')
  const packed = await bandsOf(certificate, 'receipt-80')
  const pdfium = await pdfiumAlone(certificate)
  const { firstByteMs, peakMegabytes } = await drivenProcess()
  return [
    {
      what: 'A4 page: PDF → bands, warm',
      value: bands.ms,
      unit: 'ms',
      goal: { at: 'most', value: 150 },
      references: [{ what: 'pdfium drawing the page, alone (pdf.js is not among our packages)', value: pdfium }],
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
      references: [{ what: 'its pages as grey pixels', value: (PAGES * 1680 * 2376) / MEGABYTE }],
    },
  ]
}

/** One as the simulated ANPR issues most: residence, one page. */
async function typicalCertificate(): Promise<Buffer> {
  const { idAnpr } = personById('anna-bianchi')
  const wish = { types: ['8'], languages: ['IT'], tipoRichiedente: '2', esenzioneBollo: '3' }
  const granted = grant({ ...wish, subject: idAnpr, requester: idAnpr })
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
    const page = opened.value.open(1, (mm) => Math.min(profile.headDots, mm * profile.dotsPerMm))
    if (!page.ok) throw new Error(page.error.reason)
    const made = pageBands(page.value, profile)
    if (!made.ok) throw new Error(made.error.reason)
    let bytes = 0
    for (const band of made.value.each) bytes += band.ok ? band.value.length : 0
    page.value.close()
    opened.value.close()
    times.push(performance.now() - started)
    percent = (100 * bytes) / ((profile.headDots / 8) * page.value.height)
  }
  return { ms: median(times.slice(WARM_UP)), percent }
}

/** What any program that prints this page through pdfium must spend at least. */
async function pdfiumAlone(pdf: Uint8Array): Promise<number> {
  const pdfium = await PDFiumLibrary.init()
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    const document = await pdfium.loadDocument(pdf)
    await document.getPage(0).render({ width: 1680, height: 2376, colorSpace: 'Gray' })
    document.destroy()
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
