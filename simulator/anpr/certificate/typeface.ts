import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { inflateSync } from 'node:zlib'
import { create } from 'fontkit'

const { resolve } = createRequire(import.meta.url)

// The family comes in two subsets: `Košuta` needs a glyph of the second among glyphs of the first.
const SUBSETS = ['latin', 'latin-ext'] as const
const WEIGHTS = { regular: 400, semibold: 600, bold: 700 } as const
export type Weight = keyof typeof WEIGHTS

const fontName = (weight: Weight, subset: (typeof SUBSETS)[number]) => `${weight}/${subset}`

const files = new Map<string, Buffer>()
/** A file of the family, unpacked once. */
function fileOf(weight: Weight, subset: (typeof SUBSETS)[number]): Buffer {
  const name = fontName(weight, subset)
  const known = files.get(name)
  if (known) return known
  const path = `@fontsource/titillium-web/files/titillium-web-${subset}-${WEIGHTS[weight]}-normal.woff`
  const file = unpacked(readFileSync(resolve(path)))
  files.set(name, file)
  return file
}

/**
 * The font in a WOFF (W3C, version 1.0) as its plain tables. Fontkit reads a WOFF too, but inflates it anew for each sheet, and in
 * JavaScript: that took two thirds of the time of a sheet.
 */
function unpacked(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12)
  const tables = Array.from({ length: count }, (_, index) => {
    const entry = woff.subarray(44 + 20 * index, 64 + 20 * index)
    const [offset, packed, length] = [entry.readUInt32BE(4), entry.readUInt32BE(8), entry.readUInt32BE(12)]
    const bytes = woff.subarray(offset, offset + packed)
    return {
      tag: entry.subarray(0, 4),
      checksum: entry.subarray(16, 20),
      data: packed < length ? inflateSync(bytes) : bytes,
    }
  })
  const head = Buffer.alloc(12 + 16 * count)
  woff.copy(head, 0, 4, 8)
  head.writeUInt16BE(count, 4)
  let offset = head.length
  const parts = tables.flatMap(({ tag, checksum, data }, index) => {
    const entry = head.subarray(12 + 16 * index)
    tag.copy(entry, 0)
    checksum.copy(entry, 4)
    entry.writeUInt32BE(offset, 8)
    entry.writeUInt32BE(data.length, 12)
    const padding = Buffer.alloc(-data.length & 3)
    offset += data.length + padding.length
    return [data, padding]
  })
  return Buffer.concat([head, ...parts])
}

/** Puts Titillium Web into a PDF; fonts are then named by `fontName`. */
export function registerFonts(pdf: PDFKit.PDFDocument): void {
  for (const weight of Object.keys(WEIGHTS) as Weight[]) {
    for (const subset of SUBSETS) pdf.registerFont(fontName(weight, subset), fileOf(weight, subset))
  }
}

/** Latin-1 and general punctuation are in the first subset, Latin Extended in the second. */
const isExtended = (character: string) => character >= '\u0100' && character < '\u2000'

/** A text cut where the font must change. */
export function runs(text: string, weight: Weight): { text: string; font: string }[] {
  const cut = text.match(/[\u0100-\u1fff]+|[^\u0100-\u1fff]+/g) ?? []
  return cut.map((part) => ({ text: part, font: fontName(weight, isExtended(part[0] ?? '') ? 'latin-ext' : 'latin') }))
}

/**
 * The letters of a text as SVG paths, y upwards from the baseline, `x` and `width` in points at `size`. Latin-1 only.
 */
export function outline(text: string, size: number): { paths: { path: string; x: number }[]; width: number } {
  const font = create(fileOf('bold', 'latin'))
  const scale = size / font.unitsPerEm
  let x = 0
  const paths = font.layout(text).glyphs.map((glyph) => {
    const letter = { path: glyph.path.scale(scale, scale).toSVG(), x }
    x += glyph.advanceWidth * scale
    return letter
  })
  return { paths, width: x }
}
