import { ok, type Result } from '../../../contract/result.ts'
import { inkOf, toneCounter } from '../image/ink.ts'
import type { PdfPage, PdfRefused } from '../image/pdf.ts'
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
export interface Bands<E extends { kind: string }> {
  count: number
  /** Made one at a time, while the one before is on its way. */
  each: Iterable<Result<Uint8Array, E>>
}

// Short bands, so that a fault is seen before much more is sent (escpos-printer-android#415).
const BAND_ROWS = 128
// Fewer blank rows cost less as dots than ending one raster command and starting the next.
const FEED_ROWS = 4
/** Commands of a row beside its dots: at most one in sixteen bytes is a packet's head (packbits.ts), and ESC * 1. */
const packedRowBytes = (widthBytes: number) => Math.ceil((widthBytes * 17) / 16) + 6
/** Bytes of a band beside its rows: the sheet's first commands, margins, feeds, the cut. */
const BAND_OVERHEAD = 256

/** The sheet of a page; each band is drawn when it is asked for. */
export function pageBands(page: PdfPage, profile: PrinterProfile): Result<Bands<PdfRefused>, PdfRefused> {
  const widthBytes = Math.ceil(page.width / 8)
  const rowBytes = profile.raster === 'packbits' ? packedRowBytes(widthBytes) : widthBytes
  const rows = Math.max(1, Math.min(BAND_ROWS, Math.floor((profile.bandBytes - BAND_OVERHEAD) / rowBytes)))

  const tones = tonesOf(page)
  if (!tones.ok) return tones
  // The paper between head and blade has passed the head already, so it is the first part of the page's upper margin.
  const margin = page.strip(0, Math.min(profile.cutterDots, page.height))
  if (!margin.ok) return margin
  const firstInk = inkOf(margin.value, 0, tones.value).findIndex((row) => row.some((byte) => byte !== 0))
  const start = firstInk === -1 ? margin.value.height : firstInk
  const count = Math.max(1, Math.ceil((page.height - start) / rows))

  function* each() {
    for (let n = 0; n < count; n++) {
      const top = start + n * rows
      const strip = page.strip(top, Math.max(1, Math.min(rows, page.height - top)))
      if (!strip.ok) {
        yield strip
        return
      }
      const ink = top < page.height ? inkOf(strip.value, top, tones.ok ? tones.value : []) : []
      const begin = n === 0 ? [initialise(profile)] : []
      const end = n === count - 1 ? [cut(profile)] : []
      yield ok(concat([...begin, ...rowCommands(ink, page.width, profile), ...end]))
    }
  }
  return ok({ count, each: each() })
}

/** Pictures of this page that need grey tones. */
function tonesOf(page: PdfPage) {
  const counter = toneCounter(page.pictures)
  const bottom = Math.max(0, ...page.pictures.map((box) => box.bottom))
  const top = Math.min(bottom, ...page.pictures.map((box) => box.top))
  for (let y = top; y < bottom; y += BAND_ROWS) {
    const strip = page.strip(y, Math.min(BAND_ROWS, bottom - y))
    if (!strip.ok) return strip
    counter.count(strip.value, y)
  }
  return ok(counter.toned())
}

/** Rows with ink become images no wider than their ink; blank rows become feeds. */
function rowCommands(rows: Uint8Array[], width: number, profile: PrinterProfile): Uint8Array[] {
  const blank = rows.map((row) => row.every((byte) => byte === 0))
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

/** Length of the run of blank rows from `y` on. */
function run(blank: boolean[], y: number): number {
  let length = 0
  while (blank[y + length]) length += 1
  return length
}

function image(rows: Uint8Array[], offset: number, profile: PrinterProfile): Uint8Array[] {
  const isWhite = (column: number) => rows.every((row) => row[column] === 0)
  let right = rows[0]?.length ?? 0
  while (isWhite(right - 1)) right -= 1
  let left = 0
  while (isWhite(left)) left += 1
  // GS L 16 4 (1,040 dots) would spell DLE EOT.
  if (((offset + left * 8) & 0xff) === 0x10) left = Math.max(0, left - 1)
  const margin = leftMargin(offset + left * 8)
  const cropped = rows.map((row) => withoutRealTimeCommands(row.slice(left, right)))
  if (profile.raster === 'packbits') return [margin, packLines, ...cropped.map(packedLine)]
  return [margin, raster(right - left, rows.length, withoutRealTimeCommands(concat(cropped)))]
}
