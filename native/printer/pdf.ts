import { type PDFiumDocument, PDFiumLibrary } from '@hyzyla/pdfium'
import type { PrintFailure } from '../../contract/device.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { GreyImage } from './raster.ts'

export type PdfRefused = Extract<PrintFailure, { kind: 'pdf-refused' }>

// ANPR's certificates are 50 to 300 kB on one to three pages; beyond these the file is not one.
const MAX_BYTES = 20 * 1024 * 1024
const MAX_PAGES = 200
/** An A4 page at the widest preview (2480 dots across) is 8.7 million pixels; three times that is no sheet of ours. */
const MAX_PIXELS = 26_000_000

export interface Pdf {
  pages: number
  /** Page `page` (from 1), drawn as many pixels wide as `widthFor` its width in millimetres. */
  render(page: number, widthFor: (mm: number) => number): Promise<Result<GreyImage, PdfRefused>>
  /** Gives pdfium's memory back. */
  close(): void
}

const POINTS_PER_INCH = 72
const MM_PER_INCH = 25.4

const refused = (reason: PdfRefused['reason']) => err<PdfRefused>({ kind: 'pdf-refused', reason })

let library: Promise<PDFiumLibrary> | null = null

/** Loads pdfium (4 MB of WASM, 70 ms) ahead of the first certificate. */
export async function loadPdfium(): Promise<PDFiumLibrary> {
  library ??= PDFiumLibrary.init()
  return library
}

/** Opens a PDF without changing it. Refuses what needs a password, does not parse or is beyond any certificate. */
export async function openPdf(bytes: Uint8Array): Promise<Result<Pdf, PdfRefused>> {
  if (bytes.length > MAX_BYTES) return refused('too-large')
  const pdfium = await loadPdfium()
  let document: PDFiumDocument
  try {
    document = await pdfium.loadDocument(bytes)
  } catch (error) {
    return refusalOf(error)
  }
  const pages = document.getPageCount()
  if (pages < 1 || pages > MAX_PAGES) {
    document.destroy()
    return refused(pages < 1 ? 'broken' : 'too-large')
  }
  return ok({
    pages,
    async render(page, widthFor) {
      if (page < 1 || page > pages) return refused('broken')
      try {
        const sheet = document.getPage(page - 1)
        const { originalWidth, originalHeight } = sheet.getOriginalSize()
        const width = Math.round(widthFor((originalWidth / POINTS_PER_INCH) * MM_PER_INCH))
        const height = Math.round((width * originalHeight) / originalWidth)
        if (!(width >= 1 && height >= 1)) return refused('broken')
        if (width * height > MAX_PIXELS) return refused('too-large')
        const { data } = await sheet.render({ width, height, colorSpace: 'Gray' })
        return ok({ width, height, pixels: data })
      } catch (error) {
        return refusalOf(error)
      }
    },
    close: () => document.destroy(),
  })
}

/** pdfium says by its message alone why it does not open a file. A WASM trap leaves it unusable: the next file gets a new one. */
function refusalOf(error: unknown): { ok: false; error: PdfRefused } {
  if (error instanceof WebAssembly.RuntimeError) library = null
  const message = error instanceof Error ? error.message : ''
  return refused(/password|security/i.test(message) ? 'encrypted' : 'broken')
}
