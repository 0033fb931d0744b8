import { ok, type Result } from '../../../contract/result.ts'
import type { GreyImage } from './grey.ts'
import { type Dots, dotsOf } from './ink.ts'
import type { Pdfium } from './pdfium.ts'
import { type Drawing, pictureBoxes } from './pictures.ts'
import { soundnessOf } from './sound.ts'
import { type Paper, type PdfRefused, refusedPdf as refused, type Scale } from './task.ts'

// A PDF as pdfium sees it. Runs in the worker alone (worker.ts): a hostile file may take all its time and memory.

export interface Document {
  pages: number
  /** Page `page` (from 1) as a reader's printer shows it. */
  pixels(page: number, scale: Scale): Result<GreyImage, PdfRefused>
  /** Page `page` (from 1) as dots on paper. */
  dots(page: number, paper: Paper): Result<Dots, PdfRefused>
  /** Its words, as a reader's program finds them; of a long document the beginning. */
  text(): Result<string, PdfRefused>
  /** Gives pdfium's memory back. */
  close(): void
}

const MAX_PAGES = 200
/** A sheet of a large family has some 10,000. */
const MAX_CHARACTERS = 100_000
/**
 * An A4 page at the widest preview (2480 dots across) is 8.7 million pixels. A sheet of ours never has three times as
 * many.
 */
const MAX_PIXELS = 26_000_000
/** The blade stands so far behind the head (12 mm): no shorter sheet can be cut off, and nobody could take one. */
const LEAST_MM = 12

const POINTS_PER_INCH = 72
const MM_PER_INCH = 25.4
/** fpdfview.h: FPDFBitmap_Gray; FPDF_ANNOT, FPDF_GRAYSCALE, FPDF_PRINTING. */
const GREY_BITMAP = 1
const DRAW_FLAGS = 0x01 | 0x08 | 0x800
/** fpdfview.h: FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY. */
const ENCRYPTED = [4, 5]
/** fpdf_flatten.h: FLAT_PRINT, FLATTEN_SUCCESS. */
const FLAT_PRINT = 1
const FLATTENED = 1
/** fpdf_formfill.h: FPDF_FORMFILLINFO of version 2 without a single callback; it is smaller than this. */
const FORM_INFO_BYTES = 512
const FORM_INFO_VERSION = 2

/** Opens a PDF without changing its file. Every page is loaded, so that none is missing when the first is on paper. */
export function openDocument(pdfium: Pdfium, bytes: Uint8Array): Result<Document, PdfRefused> {
  const { malloc, free } = pdfium.wasmExports
  const file = malloc(bytes.length)
  pdfium.HEAPU8.set(bytes, file)
  const document = pdfium._FPDF_LoadMemDocument(file, bytes.length, 0)
  const reason = document === 0 && ENCRYPTED.includes(pdfium._FPDF_GetLastError()) ? 'encrypted' : 'broken'
  if (document === 0) {
    free(file)
    return refused(reason)
  }
  const formInfo = malloc(FORM_INFO_BYTES)
  pdfium.HEAPU8.fill(0, formInfo, formInfo + FORM_INFO_BYTES)
  pdfium.HEAP32[formInfo >> 2] = FORM_INFO_VERSION
  const form = pdfium._FPDFDOC_InitFormFillEnvironment(document, formInfo)

  function close() {
    pdfium._FPDFDOC_ExitFormFillEnvironment(form)
    free(formInfo)
    pdfium._FPDF_CloseDocument(document)
    free(file)
  }
  function loaded(page: number): number {
    const handle = pdfium._FPDF_LoadPage(document, page - 1)
    if (handle !== 0) pdfium._FORM_OnAfterLoadPage(handle, form)
    return handle
  }
  function unload(handle: number) {
    pdfium._FORM_OnBeforeClosePage(handle, form)
    pdfium._FPDF_ClosePage(handle)
  }

  /**
   * Gives `use` the page with its form fields, visible signatures and annotations as part of its content, as far as
   * they are to be printed: pdfium draws no field by itself.
   */
  function withPage<T>(page: number, use: (handle: number) => Result<T, PdfRefused>): Result<T, PdfRefused> {
    let handle = page < 1 || page > pages ? 0 : loaded(page)
    if (handle === 0) return refused('broken')
    if (pdfium._FPDFPage_Flatten(handle, FLAT_PRINT) === FLATTENED) {
      unload(handle)
      handle = loaded(page)
      if (handle === 0) return refused('broken')
    }
    const used = use(handle)
    unload(handle)
    return used
  }

  /** Gives `use` the page as pixels in pdfium's own memory: pdfium must not be called before `use` has ended. */
  function draw<T>(
    handle: number,
    { width, height, turn }: Drawing,
    use: (image: GreyImage) => Result<T, PdfRefused>,
  ): Result<T, PdfRefused> {
    if (width * height > MAX_PIXELS) return refused('too-large')
    if (!(width >= 1 && height >= 1)) return refused('too-small')
    const pixels = malloc(width * height)
    if (pixels === 0) return refused('too-large')
    const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, GREY_BITMAP, pixels, width)
    pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff)
    pdfium._FPDF_RenderPageBitmap(bitmap, handle, 0, 0, width, height, turn, DRAW_FLAGS)
    const used = use({ width, height, pixels: pdfium.HEAPU8.subarray(pixels, pixels + width * height) })
    pdfium._FPDFBitmap_Destroy(bitmap)
    free(pixels)
    return used
  }

  const pages = pdfium._FPDF_GetPageCount(document)
  if (pages < 1 || pages > MAX_PAGES) {
    close()
    return refused(pages < 1 ? 'broken' : 'too-large')
  }
  for (let page = 1; page <= pages; page++) {
    const handle = pdfium._FPDF_LoadPage(document, page - 1)
    if (handle === 0) {
      close()
      return refused('broken')
    }
    pdfium._FPDF_ClosePage(handle)
  }

  const { sound, userUnits } = soundnessOf(bytes, pages)
  if (!sound) {
    close()
    return refused('broken')
  }
  const mm = (page: number, points: number) => ((points * (userUnits[page - 1] ?? 1)) / POINTS_PER_INCH) * MM_PER_INCH

  return ok({
    pages,
    pixels: (page, scale) =>
      withPage(page, (handle) => {
        const [wide, high] = [pdfium._FPDF_GetPageWidth(handle), pdfium._FPDF_GetPageHeight(handle)]
        const width = Math.round('width' in scale ? scale.width : mm(page, wide) * scale.pixelsPerMm)
        const drawing = { width, height: Math.round((width * high) / wide), turn: 0 }
        return draw(handle, drawing, (image) => ok({ ...image, pixels: image.pixels.slice() }))
      }),
    dots: (page, paper) =>
      withPage(page, (handle) => {
        const sides = [
          mm(page, pdfium._FPDF_GetPageWidth(handle)),
          mm(page, pdfium._FPDF_GetPageHeight(handle)),
        ] as const
        const turn = paper.roll && sides[0] > sides[1] && sides[0] * paper.dotsPerMm > paper.width ? 1 : 0
        const [wide, high] = turn ? [sides[1], sides[0]] : sides
        const width = Math.round(Math.min(paper.width, wide * paper.dotsPerMm))
        const height = Math.round((width * high) / wide)
        if (!(Math.min(width, height) > LEAST_MM * paper.dotsPerMm)) return refused('too-small')
        const drawing = { width, height, turn }
        const pictures = pictureBoxes(pdfium, handle, drawing)
        return draw(handle, drawing, (image) => {
          const dots = dotsOf(image, pictures)
          return dots.rows.some((byte) => byte !== 0) ? ok(dots) : refused('blank')
        })
      }),
    text() {
      let text = ''
      for (let page = 1; page <= pages && text.length < MAX_CHARACTERS; page++) {
        const handle = loaded(page)
        if (handle === 0) return refused('broken')
        text += `${textOf(pdfium, handle)}\n`
        unload(handle)
      }
      return ok(text)
    },
    close,
  })
}

function textOf(pdfium: Pdfium, page: number): string {
  const { malloc, free } = pdfium.wasmExports
  const words = pdfium._FPDFText_LoadPage(page)
  const count = Math.min(pdfium._FPDFText_CountChars(words), MAX_CHARACTERS)
  // UTF-16LE, and a character that ends it.
  const characters = malloc(2 * (Math.max(count, 0) + 1))
  const written = count > 0 ? pdfium._FPDFText_GetText(words, 0, count, characters) : 0
  const text = Buffer.from(pdfium.HEAPU8.subarray(characters, characters + 2 * Math.max(0, written - 1)))
  free(characters)
  pdfium._FPDFText_ClosePage(words)
  return text.toString('utf16le')
}
