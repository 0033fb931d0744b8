import { createRequire } from 'node:module'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'

/** Dots row by row; 1 is black. */
export interface Bitmap {
  width: number
  height: number
  dots: Uint8Array
}

export interface TypeStyle {
  font: 'A' | 'B'
  /** Multiples of the cell, 1 to 8. */
  wide: number
  high: number
  bold: boolean
  underline: boolean
  /** GS b: outlines drawn at their final size. Without it the printer multiplies the dots of size 1 × 1. */
  smooth: boolean
}

/** Font A is 12 × 24 dots, font B 9 × 17. */
const cells = { A: { width: 12, height: 24 }, B: { width: 9, height: 17 } } as const

// A thermal head smears: strokes come out a little heavier than the outline.
const INK_ALPHA = 96
// Plex Mono is 0.6 em wide. A printer's 1:2 cell is narrower than the face, so letters are drawn taller by this factor.
const EM_PER_CELL_WIDTH = 1 / 0.6
const STRETCH = 1.14
const BASELINE = 0.8

const require = createRequire(import.meta.url)
for (const [family, subset, weight] of [
  ['Thermal', 'latin', 500],
  ['Thermal Ext', 'latin-ext', 500],
  ['Thermal Bold', 'latin', 700],
  ['Thermal Bold Ext', 'latin-ext', 700],
] as const) {
  const file = `@fontsource/ibm-plex-mono/files/ibm-plex-mono-${subset}-${weight}-normal.woff2`
  GlobalFonts.registerFromPath(require.resolve(file), family)
}

const cache = new Map<string, Bitmap>()

/** One character as the printer's own font would print it. */
export function glyph(character: string, style: TypeStyle): Bitmap {
  const key = `${character}${style.font}${style.wide}${style.high}${style.bold}${style.underline}${style.smooth}`
  const known = cache.get(key)
  if (known) return known
  const made = style.smooth
    ? draw(character, style)
    : multiply(draw(character, { ...style, wide: 1, high: 1 }), style.wide, style.high)
  cache.set(key, made)
  return made
}

function draw(character: string, { font, wide, high, bold, underline }: TypeStyle): Bitmap {
  const cell = cells[font]
  const width = cell.width * wide
  const height = cell.height * high
  const context = createCanvas(width, height).getContext('2d')
  const em = width * EM_PER_CELL_WIDTH
  context.font = `${em}px ${bold ? '"Thermal Bold", "Thermal Bold Ext"' : '"Thermal", "Thermal Ext"'}`
  const baseline = Math.round(height * BASELINE)
  const stretch = (STRETCH * high) / wide
  // As in a printer's own font, an accented capital is squeezed into the cell.
  const ascent = context.measureText(character).actualBoundingBoxAscent * stretch
  context.translate(0, baseline)
  context.scale(1, stretch * Math.min(1, baseline / ascent))
  context.fillText(character, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  const dots = new Uint8Array(width * height)
  for (let i = 0; i < dots.length; i++) dots[i] = (data[i * 4 + 3] ?? 0) > INK_ALPHA ? 1 : 0
  if (underline) dots.fill(1, width * (height - high), width * height)
  return { width, height, dots }
}

function multiply({ width, height, dots }: Bitmap, wide: number, high: number): Bitmap {
  const out = new Uint8Array(width * wide * height * high)
  for (let y = 0; y < height * high; y++) {
    for (let x = 0; x < width * wide; x++) {
      out[y * width * wide + x] = dots[Math.floor(y / high) * width + Math.floor(x / wide)] ?? 0
    }
  }
  return { width: width * wide, height: height * high, dots: out }
}
