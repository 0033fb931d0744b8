import { PNG } from 'pngjs'
import type { Bitmap } from './glyphs.ts'

/** The roll between the last cut and the head: rows of dots, 1 is black. */
export interface Paper {
  readonly inked: boolean
  /** Rows that have passed the head since the beginning. */
  readonly moved: number
  /** From the head to the blade. */
  readonly cutterDots: number
  feed(rows: number): void
  /** Prints `rows` at the head and moves past them. */
  print(rows: Uint8Array[]): void
  /** The sheet in front of the blade, or null when it is only a blank offcut. */
  cut(): Bitmap | null
  /** The roll has ended or was pulled out. Answers the paper that was in the machine, or null; a new roll is in. */
  takeOut(): Bitmap | null
}

export function createPaper(headDots: number, cutterDots: number): Paper {
  const blankRow = () => new Uint8Array(headDots)
  const newRoll = () => Array.from({ length: cutterDots }, blankRow)
  let rows: Uint8Array[] = newRoll()
  let inked = false
  let moved = 0

  function sheet(taken: Uint8Array[]): Bitmap {
    const dots = new Uint8Array(taken.length * headDots)
    taken.forEach((row, y) => {
      dots.set(row, y * headDots)
    })
    return { width: headDots, height: taken.length, dots }
  }

  return {
    cutterDots,
    get inked() {
      return inked
    },
    get moved() {
      return moved
    },
    feed(count) {
      moved += count
      for (let i = 0; i < count; i++) rows.push(blankRow())
    },
    print(printed) {
      moved += printed.length
      rows.push(...printed)
      inked ||= printed.some((row) => row.includes(1))
    },
    cut() {
      const taken = rows.slice(0, -cutterDots)
      rows = rows.slice(-cutterDots)
      const wasInked = inked
      inked = rows.some((row) => row.includes(1))
      return wasInked || taken.length > 2 * cutterDots ? sheet(taken) : null
    },
    takeOut() {
      const taken = inked ? sheet(rows) : null
      rows = newRoll()
      inked = false
      return taken
    },
  }
}

/** 8-bit grey PNG, a pixel a dot, as black on white as the paper is. */
export function pngOf({ width, height, dots }: Bitmap): Buffer {
  const png = new PNG({ width, height, colorType: 0, inputColorType: 0, inputHasAlpha: false, deflateLevel: 6 })
  png.data = Buffer.from(dots.map((dot) => (dot ? 0 : 255)))
  return PNG.sync.write(png, { colorType: 0, inputColorType: 0, inputHasAlpha: false, deflateLevel: 6 })
}
