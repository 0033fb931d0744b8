import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PNG } from 'pngjs'
import QRCode from 'qrcode'
import { createPictureReader } from '../../gateway/verify/picture.ts'

/** Dots of a module on a 203 dpi head: half a millimetre (anpr.md §6.4). */
const DOTS = 4
const MARGIN = 4

/** Black dots of a code on paper, row by row: 1 is black. */
export interface Paper {
  side: number
  modules: number
  version: number
  dots: Uint8Array
}

/** A code as a 203 dpi head prints it: level Q, four dots a module, one bit a dot. */
export function printed(text: string): Paper {
  const { modules, version } = QRCode.create(text, { errorCorrectionLevel: 'Q' })
  const side = (modules.size + 2 * MARGIN) * DOTS
  const dots = new Uint8Array(side * side)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [column, row] = [Math.floor(x / DOTS) - MARGIN, Math.floor(y / DOTS) - MARGIN]
      const inside = Math.min(column, row) >= 0 && Math.max(column, row) < modules.size
      if (inside && modules.get(row, column)) dots[y * side + x] = 1
    }
  return { side, modules: modules.size, version, dots }
}

/** The same with a square spot of a tenth of the code's area, its corner at (`x`, `y`) modules; 1 is soot, 0 is bleached. */
export function smudged(paper: Paper, x: number, y: number, ink: 0 | 1): Paper {
  const dots = paper.dots.slice()
  const spot = spotModules(paper) * DOTS
  const [left, top] = [(MARGIN + x) * DOTS, (MARGIN + y) * DOTS]
  for (let row = top; row < top + spot; row++) dots.fill(ink, row * paper.side + left, row * paper.side + left + spot)
  return { ...paper, dots }
}

/** Side of a spot of a tenth of the code's area, in modules. */
export const spotModules = ({ modules }: Paper): number => Math.ceil(modules * Math.sqrt(0.1))

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
/** What the page and the command line read. */
export const readByZxing = async (paper: Paper): Promise<string | null> => (await codesIn(rgba(paper)))[0] ?? null

/** What a scanner of another make reads: zbar. */
export function readByZbar(paper: Paper): string | null {
  const { stdout } = spawnSync('zbarimg', ['--quiet', '--raw', 'png:-'], { input: pngOf(paper) })
  return stdout.length > 0 ? stdout.toString().replace(/\n$/, '') : null
}
