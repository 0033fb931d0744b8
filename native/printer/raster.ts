import { concat, cut, feed, initialise, leftMargin, raster, withoutRealTimeCommands } from './escpos.ts'
import type { PrinterProfile } from './profiles.ts'

/** 8-bit grey pixels row by row, 255 is white. */
export interface GreyImage {
  width: number
  height: number
  pixels: Uint8Array
}

// Darker than this is a dot. pdfium anti-aliases strokes thinner than a dot to a light grey, and thin strokes and small
// letters must not break on paper; above ~200 the seal's soft edges grow into blots.
const INK_BELOW = 190
// Bands short enough that a fault is seen before much more is sent (escpos-printer-android#415).
const BAND_ROWS = 128
// Fewer blank rows than this cost less as dots than the end of one raster command and the start of the next.
const FEED_ROWS = 4

/** Sheet of a page: bands to be sent one after the other, each of them whole commands; the last one ends with the cut. */
export function pageBands(page: GreyImage, profile: PrinterProfile): Uint8Array[] {
  const { headDots, cutterDots, bandBytes } = profile
  const offset = Math.max(0, Math.floor((headDots - page.width) / 2))
  const { left, right } = inkColumns(page)
  const widthBytes = Math.ceil((right - left) / 8)
  const rowsPerBand = Math.max(1, Math.min(BAND_ROWS, Math.floor(bandBytes / Math.max(1, widthBytes))))

  // The paper between head and blade is already out: it is the first part of the page's upper margin.
  const inked = Array.from({ length: page.height }, (_, y) => hasInk(page, y, left, right))
  const firstInk = inked.indexOf(true)
  const start = Math.min(cutterDots, firstInk === -1 ? cutterDots : firstInk, page.height)

  const bands: Uint8Array[] = []
  let head: Uint8Array[] = [initialise, leftMargin(offset + left)]
  let y = start
  while (y < page.height) {
    const blank = run(inked, y, false)
    if (blank >= FEED_ROWS || y + blank === page.height) {
      head.push(feed(blank))
      y += blank
      continue
    }
    let rows = 0
    while (rows < rowsPerBand && y + rows < page.height && run(inked, y + rows, false) < FEED_ROWS) rows += 1
    bands.push(concat([...head, raster(widthBytes, rows, packRows(page, y, rows, left, widthBytes))]))
    head = []
    y += rows
  }
  bands.push(concat([...head, cut]))
  return bands
}

/** Length of the run of rows from `y` on that are all inked, or all blank. */
function run(inked: boolean[], y: number, kind: boolean): number {
  let length = 0
  while (inked[y + length] === kind) length += 1
  return length
}

const isInk = (page: GreyImage, x: number, y: number) => (page.pixels[y * page.width + x] ?? 255) < INK_BELOW

function hasInk(page: GreyImage, y: number, left: number, right: number): boolean {
  for (let x = left; x < right; x++) if (isInk(page, x, y)) return true
  return false
}

/** First column with ink and the one after the last: white margins are not sent (a fifth of an A4 page). */
function inkColumns(page: GreyImage): { left: number; right: number } {
  let left = page.width
  let right = 0
  for (let y = 0; y < page.height; y++) {
    for (let x = 0; x < left; x++) if (isInk(page, x, y)) left = x
    for (let x = page.width - 1; x >= right; x--) if (isInk(page, x, y)) right = x + 1
  }
  return left < right ? { left, right } : { left: 0, right: 0 }
}

function packRows(page: GreyImage, top: number, rows: number, left: number, widthBytes: number): Uint8Array {
  const dots = new Uint8Array(widthBytes * rows)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < widthBytes * 8 && left + x < page.width; x++) {
      if (isInk(page, left + x, top + y))
        dots[y * widthBytes + (x >> 3)] = (dots[y * widthBytes + (x >> 3)] ?? 0) | (0x80 >> (x & 7))
    }
  }
  return withoutRealTimeCommands(dots)
}
