import type { Dots } from '../image/ink.ts'
import {
  concat,
  cut,
  feed,
  initialise,
  leftMargin,
  packedLine,
  packLines,
  raster,
  withoutRealTimeCommands,
} from './escpos.ts'
import type { PrinterProfile } from './profiles.ts'

/** Bands are sent one after the other, each made of whole commands; the last one ends with the sheet's cut. */
export interface Bands {
  count: number
  /** Made one at a time, while the one before is on its way. */
  each: Iterable<Uint8Array>
}

// Short bands, so that a fault is seen before much more is sent (escpos-printer-android#415).
const BAND_ROWS = 128
// Fewer blank rows cost less as dots than ending one raster command and starting the next.
const FEED_ROWS = 4
/** Commands of a row beside its dots: at most one in sixteen bytes is a packet's head (packbits.ts), and ESC * 1. */
const packedRowBytes = (widthBytes: number) => Math.ceil((widthBytes * 17) / 16) + 6
/** Bytes of a band beside its rows: the sheet's first commands, margins, feeds, the cut. */
const BAND_OVERHEAD = 256

/** The sheet of a page; each band is made when it is asked for. */
export function pageBands(page: Dots, profile: PrinterProfile): Bands {
  const widthBytes = Math.ceil(page.width / 8)
  const rowBytes = profile.raster === 'packbits' ? packedRowBytes(widthBytes) : widthBytes
  const rowsOfBand = Math.max(1, Math.min(BAND_ROWS, Math.floor((profile.bandBytes - BAND_OVERHEAD) / rowBytes)))
  const rows = (from: number, to: number) =>
    Array.from({ length: Math.max(0, Math.min(to, page.height) - from) }, (_, y) =>
      page.rows.subarray((from + y) * widthBytes, (from + y + 1) * widthBytes),
    )

  // The paper between head and blade has passed the head already, so it is the first part of the page's upper margin.
  const margin = rows(0, profile.cutterDots)
  const firstInk = margin.findIndex((row) => !isBlank(row))
  const start = firstInk === -1 ? margin.length : firstInk
  const count = Math.max(1, Math.ceil((page.height - start) / rowsOfBand))

  function* each() {
    for (let n = 0; n < count; n++) {
      const top = start + n * rowsOfBand
      const begin = n === 0 ? [initialise(profile)] : []
      const end = n === count - 1 ? [cut(profile)] : []
      yield concat([...begin, ...rowCommands(rows(top, top + rowsOfBand), page.width, profile), ...end])
    }
  }
  return { count, each: each() }
}

/** Rows with ink become images no wider than their ink; blank rows become feeds. */
function rowCommands(rows: Uint8Array[], width: number, profile: PrinterProfile): Uint8Array[] {
  const blank = rows.map(isBlank)
  const offset = Math.max(0, Math.floor((profile.headDots - width) / 2))
  const commands: Uint8Array[] = []
  for (let y = 0; y < rows.length; ) {
    const feeds = run(blank, y)
    if (feeds >= FEED_ROWS || y + feeds === rows.length) {
      commands.push(feed(feeds))
      y += feeds
      continue
    }
    let end = y
    while (end < rows.length && run(blank, end) < FEED_ROWS) end += 1
    while (blank[end - 1]) end -= 1
    commands.push(...image(rows.slice(y, end), offset, profile))
    y = end
  }
  return commands
}

// Loops and no callbacks here and in image(): half a million bytes a page pass through both.
function isBlank(row: Uint8Array): boolean {
  for (let n = 0; n < row.length; n++) if (row[n] !== 0) return false
  return true
}

/** Length of the run of blank rows from `y` on. */
function run(blank: boolean[], y: number): number {
  let length = 0
  while (blank[y + length]) length += 1
  return length
}

function image(rows: Uint8Array[], offset: number, profile: PrinterProfile): Uint8Array[] {
  let left = rows[0]?.length ?? 0
  let right = 0
  for (const row of rows) {
    for (let n = 0; n < left; n++) if (row[n] !== 0) left = n
    for (let n = row.length; n > right; n--) if (row[n - 1] !== 0) right = n
  }
  // GS L 16 4 (1,040 dots) would spell DLE EOT.
  if (((offset + left * 8) & 0xff) === 0x10) left = Math.max(0, left - 1)
  const margin = leftMargin(offset + left * 8)
  const cropped = rows.map((row) => withoutRealTimeCommands(row.slice(left, right)))
  if (profile.raster === 'packbits') return [margin, packLines, ...cropped.map(packedLine)]
  return [margin, raster(right - left, rows.length, withoutRealTimeCommands(concat(cropped)))]
}
