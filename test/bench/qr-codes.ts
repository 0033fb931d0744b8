import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readBarcodes } from 'zxing-wasm/reader'
import { QUIET_MODULES } from '../../main/documents/sheet.ts'
import { type Coded, claims, codeOf } from '../support/documents/codes.ts'
import { dotsOf } from '../support/paper/papers.ts'
import {
  type Paper,
  readByZbar,
  readByZxing,
  type Spot,
  smudged,
  spotsOf,
} from '../support/verification/printed-code.ts'
import type { Figure } from './report.ts'

const PICTURES = fileURLToPath(new URL('../golden/documents/', import.meta.url))

const READERS = [
  ['zxing, as the verifier has it', readByZxing],
  ['zbarimg', async (paper: Paper) => readByZbar(paper)],
] as const

/** Share of the golden pictures' codes that each reader reads, clean and with a tenth of their area gone. */
export async function qrFigures(): Promise<Figure[]> {
  const codes = await Promise.all(goldenCodes().map(async ([picture, text]) => ({ text, paper: await cut(picture) })))
  const figures: Figure[] = []
  const share = async (read: (paper: Paper) => Promise<string | null>, spotted: (paper: Paper) => (Spot | null)[]) => {
    const reads: boolean[] = []
    for (const { text, paper } of codes)
      for (const spot of spotted(paper)) reads.push((await read(spot ? smudged(paper, spot) : paper)) === text)
    return { percent: (100 * reads.filter(Boolean).length) / reads.length, of: reads.length }
  }
  for (const [reader, read] of READERS) {
    const clean = await share(read, () => [null])
    const aside = await share(read, (paper) => spotsOf(paper).aside)
    const onFinder = await share(read, (paper) => spotsOf(paper).onFinder)
    figures.push(
      {
        what: `QR codes of ${clean.of} golden papers read by ${reader}`,
        value: clean.percent,
        unit: '%',
        goal: { at: 'least', value: 100 },
        references: [],
      },
      {
        what: `the same with a tenth of each smudged, ${aside.of} spots`,
        value: aside.percent,
        unit: '%',
        goal: { at: 'least', value: 100 },
        references: [{ what: 'with the smudge on one of the three finder patterns', value: onFinder.percent }],
      },
    )
  }
  return figures
}

/** The pictures with a code: the last page of each paper, and each receipt as the two heads draw it. */
function goldenCodes(): [string, string][] {
  const files = readdirSync(PICTURES)
  return (Object.keys(claims) as Coded[]).flatMap((name) => {
    const pages = files.filter((file) => /^-\d\.png$/.test(file.slice(name.length)) && file.startsWith(name))
    const drawn = files.filter((file) => file === `${name}-a4-kiosk.png` || file === `${name}-receipt-80.png`)
    return [...pages.sort().slice(-1), ...drawn].map((file): [string, string] => [file, codeOf(name)])
  })
}

/** A code cut out of its picture, with the print in its quiet zone. Throws where there is none. */
async function cut(file: string): Promise<Paper> {
  const png = readFileSync(`${PICTURES}${file}`)
  const [found] = await readBarcodes(new Uint8Array(png), { formats: ['QRCode'], tryHarder: true })
  if (!found?.isValid) throw new Error(`no code on ${file}`)
  const { width, dots } = dotsOf(png)
  const { topLeft, topRight } = found.position
  const version = Number(found.version)
  const modules = 17 + 4 * version
  const pitch = Math.round((topRight.x - topLeft.x) / modules)
  const side = (modules + 2 * QUIET_MODULES) * pitch
  const [left, top] = [topLeft.x, topLeft.y].map((at) => Math.round(at) - QUIET_MODULES * pitch)
  const square = new Uint8Array(side * side)
  for (let row = 0; row < side; row++) {
    const from = ((top ?? 0) + row) * width + (left ?? 0)
    square.set(dots.subarray(from, from + side), row * side)
  }
  return { side, modules, pitch, version, dots: square }
}
