import type { DeviceResult, PrintFailure } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { GreyImage } from './grey.ts'
import { dropPdfium, loadPdfium, type Pdfium } from './pdfium.ts'
import { type Box, pictureBoxes } from './pictures.ts'

export type PdfRefused = Extract<PrintFailure, { kind: 'pdf-refused' }>

// ANPR's certificates are 50 to 300 kB on one to three pages. A file beyond these limits is no certificate.
const MAX_BYTES = 20 * 1024 * 1024
const MAX_PAGES = 200
/**
 * An A4 page at the widest preview (2480 dots across) is 8.7 million pixels. A sheet of ours never has three times as
 * many.
 */
const MAX_PIXELS = 26_000_000

export interface Pdf {
  pages: number
  /** Opens page `page` (from 1), drawn `widthFor` its width in millimetres pixels wide; one page at a time. */
  open(page: number, widthFor: (mm: number) => number): Result<PdfPage, PdfRefused>
  /** Draws the whole page at once. */
  render(page: number, widthFor: (mm: number) => number): Result<GreyImage, PdfRefused>
  /** Gives pdfium's memory back. */
  close(): void
}

/** A page in its own proportions, drawn strip by strip. A strip costs its own memory, whatever the page's size. */
export interface PdfPage {
  width: number
  height: number
  /** Places of raster pictures and shadings, in pixels. */
  pictures: Box[]
  strip(top: number, rows: number): Result<GreyImage, PdfRefused>
  close(): void
}

const POINTS_PER_INCH = 72
const MM_PER_INCH = 25.4
/** fpdfview.h: FPDFBitmap_Gray; FPDF_ANNOT and FPDF_GRAYSCALE. */
const GREY_BITMAP = 1
const DRAW_FLAGS = 0x01 | 0x08
/** fpdfview.h: FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY. */
const ENCRYPTED = [4, 5]

const refused = (reason: PdfRefused['reason']) => err<PdfRefused>({ kind: 'pdf-refused', reason })

/** A damaged file that pdfium did not expect ends in a WASM trap. Any other error is our bug. */
function guarded<T>(work: () => Result<T, PdfRefused>): Result<T, PdfRefused> {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error
    dropPdfium()
    return refused('broken')
  }
}

/**
 * Opens a PDF without changing it. Refuses one that needs a password, does not parse or is larger than any certificate.
 */
export async function openPdf(bytes: Uint8Array): Promise<Result<Pdf, PdfRefused>> {
  if (bytes.length > MAX_BYTES) return refused('too-large')
  const pdfium = await loadPdfium()
  return guarded(() => {
    const file = pdfium.wasmExports.malloc(bytes.length)
    pdfium.HEAPU8.set(bytes, file)
    const document = pdfium._FPDF_LoadMemDocument(file, bytes.length, 0)
    const reason = document === 0 && ENCRYPTED.includes(pdfium._FPDF_GetLastError()) ? 'encrypted' : 'broken'
    const pages = document === 0 ? 0 : pdfium._FPDF_GetPageCount(document)
    function close() {
      guarded(() => {
        if (document !== 0) pdfium._FPDF_CloseDocument(document)
        pdfium.wasmExports.free(file)
        return ok(undefined)
      })
    }
    if (pages < 1 || pages > MAX_PAGES) {
      close()
      return refused(pages < 1 ? reason : 'too-large')
    }
    const open: Pdf['open'] = (page, widthFor) =>
      guarded(() => (page < 1 || page > pages ? refused('broken') : openPage(pdfium, document, page - 1, widthFor)))
    return ok({
      pages,
      open,
      render(page, widthFor) {
        const opened = open(page, widthFor)
        if (!opened.ok) return opened
        const drawn = opened.value.strip(0, opened.value.height)
        opened.value.close()
        return drawn
      },
      close,
    })
  })
}

/** One page (from 1) as grey pixels, `width` wide, for the screen. */
export async function drawPage(
  bytes: Uint8Array,
  page: number,
  width: number,
): Promise<Result<DeviceResult<'pdf.raster'>, PdfRefused>> {
  const opened = await openPdf(bytes)
  if (!opened.ok) return opened
  const { pages } = opened.value
  const drawn = opened.value.render(page, () => width)
  opened.value.close()
  if (!drawn.ok) return drawn
  return ok({ pages, width: drawn.value.width, height: drawn.value.height, grey: drawn.value.pixels })
}

function openPage(
  pdfium: Pdfium,
  document: number,
  index: number,
  widthFor: (mm: number) => number,
): Result<PdfPage, PdfRefused> {
  const page = pdfium._FPDF_LoadPage(document, index)
  if (page === 0) return refused('broken')
  const close = () => void guarded(() => ok(pdfium._FPDF_ClosePage(page)))
  const [pointsWide, pointsHigh] = [pdfium._FPDF_GetPageWidth(page), pdfium._FPDF_GetPageHeight(page)]
  const width = Math.round(widthFor((pointsWide / POINTS_PER_INCH) * MM_PER_INCH))
  const height = Math.round((width * pointsHigh) / pointsWide)
  if (!(width >= 1 && height >= 1) || width * height > MAX_PIXELS) {
    close()
    return refused(width * height > MAX_PIXELS ? 'too-large' : 'broken')
  }
  const strip = (top: number, rows: number) =>
    guarded(() => {
      const pixels = pdfium.wasmExports.malloc(width * rows)
      const bitmap = pdfium._FPDFBitmap_CreateEx(width, rows, GREY_BITMAP, pixels, width)
      pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, rows, 0xffffffff)
      pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, -top, width, height, 0, DRAW_FLAGS)
      const drawn = pdfium.HEAPU8.slice(pixels, pixels + width * rows)
      pdfium._FPDFBitmap_Destroy(bitmap)
      pdfium.wasmExports.free(pixels)
      return ok({ width, height: rows, pixels: drawn })
    })
  return ok({ width, height, pictures: pictureBoxes(pdfium, page, width, height), strip, close })
}
