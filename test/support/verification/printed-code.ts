import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PNG } from 'pngjs'
import QRCode from 'qrcode'
import { createPictureReader } from '../../../gateway/verify/picture.ts'
import { DOT, moduleOf, QUIET_MODULES } from '../../../main/documents/sheet.ts'

/** Black dots of a code and its quiet zone on paper, row by row: 1 is black. */
export interface Paper {
  side: number
  modules: number
  /** Dots a module. */
  pitch: number
  version: number
  dots: Uint8Array
}

/** A code as a 203 dpi head prints it out of a PDF: level Q, one bit a dot. */
export function printed(text: string): Paper {
  const { modules, version } = QRCode.create(text, { errorCorrectionLevel: 'Q' })
  const pitch = Math.round(moduleOf(modules.size) / DOT)
  const side = (modules.size + 2 * QUIET_MODULES) * pitch
  const dots = new Uint8Array(side * side)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [column, row] = [Math.floor(x / pitch) - QUIET_MODULES, Math.floor(y / pitch) - QUIET_MODULES]
      const inside = Math.min(column, row) >= 0 && Math.max(column, row) < modules.size
      if (inside && modules.get(row, column)) dots[y * side + x] = 1
    }
  return { side, modules: modules.size, pitch, version, dots }
}

/** A square of a tenth of a code's area, its corner at (`x`, `y`) modules; ink 1 is soot, 0 is bleached. */
export interface Spot {
  x: number
  y: number
  ink: 0 | 1
}

export function smudged(paper: Paper, { x, y, ink }: Spot): Paper {
  const { side, pitch } = paper
  const dots = paper.dots.slice()
  const width = spotModules(paper) * pitch
  const [left, top] = [(QUIET_MODULES + x) * pitch, (QUIET_MODULES + y) * pitch]
  for (let row = top; row < top + width; row++) dots.fill(ink, row * side + left, row * side + left + width)
  return { ...paper, dots }
}

const spotModules = ({ modules }: Paper): number => Math.ceil(modules * Math.sqrt(0.1))

/** A finder pattern with its quiet edge. */
const FINDER = 8

/**
 * Spots all over a code, in twenty-five places, black and white. Spots on a finder pattern stand apart: no error
 * correction covers it, and no reader finds a code that lacks one of the three.
 */
export function spotsOf(paper: Paper): { aside: Spot[]; onFinder: Spot[] } {
  const { modules } = paper
  const size = spotModules(paper)
  const places = [0, 1, 2, 3, 4].map((step) => Math.round(((modules - size) * step) / 4))
  const spots = places.flatMap((y) => places.flatMap((x) => [1, 0].map((ink) => ({ x, y, ink }) as Spot)))
  const onFinder = ({ x, y }: Spot) =>
    (x < FINDER && y < FINDER) ||
    (x + size > modules - FINDER && y < FINDER) ||
    (x < FINDER && y + size > modules - FINDER)
  return { aside: spots.filter((spot) => !onFinder(spot)), onFinder: spots.filter(onFinder) }
}

function rgba({ dots, side }: Paper) {
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  dots.forEach((dot, at) => {
    if (dot) data.fill(0, at * 4, at * 4 + 3)
  })
  return { width: side, height: side, data }
}

export function pngOf(paper: Paper): Buffer {
  const { width, height, data } = rgba(paper)
  const png = new PNG({ width, height })
  png.data.set(data)
  return PNG.sync.write(png)
}

const WASM = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')))
const codesIn = createPictureReader(new Uint8Array(WASM))
/** Reads as the page and the command line do. */
export const readByZxing = async (paper: Paper): Promise<string | null> => (await codesIn(rgba(paper)))[0] ?? null

/** Reads as a scanner of another make does: zbar. */
export function readByZbar(paper: Paper): string | null {
  const { side, dots } = paper
  // A plain graymap: a PNG takes longer to pack than to read.
  const input = Buffer.concat([Buffer.from(`P5 ${side} ${side} 255\n`), dots.map((dot) => (dot ? 0 : 255))])
  const { stdout } = spawnSync('zbarimg', ['--quiet', '--raw', 'pgm:-'], { input })
  return stdout.length > 0 ? stdout.toString().replace(/\n$/, '') : null
}
