import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { create } from 'fontkit'

const { resolve } = createRequire(import.meta.url)
const file = (subset: string, weight: number) =>
  readFileSync(resolve(`@fontsource/titillium-web/files/titillium-web-${subset}-${weight}-normal.woff`))

// The family comes in two subsets: `Košuta` needs a glyph of the second among glyphs of the first.
const SUBSETS = ['latin', 'latin-ext'] as const
const WEIGHTS = { regular: 400, semibold: 600, bold: 700 } as const
export type Weight = keyof typeof WEIGHTS

/** Puts Titillium Web into a PDF; fonts are then named by `fontName`. */
export function registerFonts(pdf: PDFKit.PDFDocument): void {
  for (const weight of Object.keys(WEIGHTS) as Weight[]) {
    for (const subset of SUBSETS) pdf.registerFont(fontName(weight, subset), file(subset, WEIGHTS[weight]))
  }
}

const fontName = (weight: Weight, subset: (typeof SUBSETS)[number]) => `${weight}/${subset}`

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
  const font = create(file('latin', WEIGHTS.bold))
  const scale = size / font.unitsPerEm
  let x = 0
  const paths = font.layout(text).glyphs.map((glyph) => {
    const letter = { path: glyph.path.scale(scale, scale).toSVG(), x }
    x += glyph.advanceWidth * scale
    return letter
  })
  return { paths, width: x }
}
