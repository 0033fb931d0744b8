import type { GreyImage } from './grey.ts'
import type { Box } from './pictures.ts'

/** Rows of dots on paper, each begun with a new byte; a bit a dot, 1 is black. */
export interface Dots {
  width: number
  height: number
  rows: Uint8Array
}

// A darker pixel is a dot. pdfium draws strokes thinner than a dot in a light grey, and thin strokes and small letters
// must not break on paper. Above about 200 the soft edges of a seal grow into blots.
const INK_BELOW = 190
/** From here on a reader sees white paper. */
const WHITE_FROM = 248

/** Greys of a picture that are neither ink nor paper. */
const TONE = { from: 40, to: 215 }
// The grey rim of a letter, a line or a code's module is one pixel wide, or two where strokes meet, and never a square
// of three. A photograph, a shaded seal or a flat grey has such squares nearly everywhere.
const TONE_SHARE = 0.05

/** Greys of a shaded field outside pictures. A darker field is black on paper, as what is printed on it is white. */
const SHADE_FROM = 96
/** A field is at least so many dots wide (0.9 mm), and no stroke of a text is. */
const FIELD = 7
/** The soft rim of something black reaches so far: columns, and rows in the order in which ink is found soonest. */
const RIM = 2
const RIM_ROWS = [0, -1, 1, -2, 2]
/** A stroke whose darkest pixel is not darker is no black one. Its rim would be cut off by the threshold. */
const PALE_FROM = 128
/** Four white pixels read as one number. */
const FOUR_WHITE = -1

/**
 * Bayer's 8 × 8 matrix as thresholds. Every dot is decided alone, so equal greys look equal wherever they stand.
 */
const BAYER = Uint8Array.from({ length: 64 }, (_, i) => {
  const [x, y] = [i & 7, i >> 3]
  let rank = 0
  for (let bit = 0; bit < 3; bit++) rank = rank * 4 + (((x >> bit) & 1) ^ ((y >> bit) & 1)) * 2 + ((y >> bit) & 1)
  return Math.round(((rank + 0.5) * 255) / 64)
})

/**
 * The dots of a page. Ink is black; a picture with grey tones, and one that would vanish, is dithered, as every shaded
 * field is; a light stroke on white paper, which would vanish too, is black.
 */
export function dotsOf(image: GreyImage, pictures: readonly Box[]): Dots {
  const { width, height } = image
  const dots: Dots = { width, height, rows: new Uint8Array(Math.ceil(width / 8) * height) }
  for (const box of ink(image, dots, pictures)) shade(image, dots, pictures, box)
  for (const box of pictures) {
    if (!hasTones(image, box) && !vanishes(image, box)) continue
    for (let y = box.top; y < box.bottom; y++) {
      for (let x = box.left; x < box.right; x++) dither(image, dots, x, y)
    }
  }
  return dots
}

function put({ width, rows }: Dots, x: number, y: number, black: boolean): void {
  const at = y * ((width + 7) >> 3) + (x >> 3)
  const bit = 0x80 >> (x & 7)
  rows[at] = black ? (rows[at] ?? 0) | bit : (rows[at] ?? 0) & ~bit
}

function dither({ width, pixels }: GreyImage, dots: Dots, x: number, y: number): void {
  put(dots, x, y, (pixels[y * width + x] ?? 255) < (BAYER[(y & 7) * 8 + (x & 7)] ?? 0))
}

/**
 * Blackens ink and pale strokes. Returns where shaded fields may be: boxes around consecutive rows, each with a run of
 * FIELD greys. Most of a page is white, so the one pass over all of it takes four white pixels at a time.
 */
function ink(image: GreyImage, dots: Dots, pictures: readonly Box[]): Box[] {
  const { width, height, pixels } = image
  // pixels begin at a multiple of four bytes: where malloc puts them, or a buffer of their own.
  const fours = new Int32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2)
  const found: Box[] = []
  let box: Box | null = null
  for (let y = 0; y < height; y++) {
    const start = y * width
    let wide = 0
    let [left, right] = [width, 0]
    for (let x = 0; x < width; x++) {
      const at = start + x
      if ((at & 3) === 0 && fours[at >> 2] === FOUR_WHITE) {
        wide = 0
        x += 3
        continue
      }
      const pixel = pixels[at] ?? 255
      if (pixel < INK_BELOW || (pixel < WHITE_FROM && isPale(image, x, y) && !inside(pictures, x, y))) {
        put(dots, x, y, true)
      }
      wide = pixel >= SHADE_FROM && pixel < WHITE_FROM ? wide + 1 : 0
      if (wide < FIELD) continue
      left = Math.min(left, x + 1 - wide)
      right = x + 1
    }
    if (right === 0) {
      box = null
      continue
    }
    if (box === null) {
      box = { left, top: y, right, bottom: y }
      found.push(box)
    }
    box.left = Math.min(box.left, left)
    box.right = Math.max(box.right, right)
    box.bottom = y + 1
  }
  return found.filter(({ top, bottom }) => bottom - top >= FIELD)
}

/** A pale stroke reaches as far as half-way from its own colour to white. A black one ends at the threshold. */
function isPale({ width, height, pixels }: GreyImage, x: number, y: number): boolean {
  const left = Math.max(0, x - RIM)
  const right = Math.min(width - 1, x + RIM)
  let darkest = 255
  for (const row of RIM_ROWS) {
    const v = y + row
    if (v < 0 || v >= height) continue
    for (let at = v * width + left; at <= v * width + right; at++) darkest = Math.min(darkest, pixels[at] ?? 255)
    if (darkest < PALE_FROM) return false
  }
  return (pixels[y * width + x] ?? 255) < (darkest + 255) / 2
}

/** A picture has grey tones. The others are codes, stamps or scanned letters. */
function hasTones({ width, pixels }: GreyImage, box: Box): boolean {
  let all = 0
  let tones = 0
  for (let y = box.top; y + 3 <= box.bottom; y += 3) {
    for (let x = box.left; x + 3 <= box.right; x += 3) {
      all += 1
      if (square(pixels, width, x, y, TONE.from, TONE.to)) tones += 1
    }
  }
  return tones > TONE_SHARE * all
}

/** All of a square of three are greys from `from` to `to`. */
function square(pixels: Uint8Array, width: number, x: number, y: number, from: number, to: number): boolean {
  for (let n = 0; n < 9; n++) {
    const pixel = pixels[(y + Math.floor(n / 3)) * width + x + (n % 3)] ?? 255
    if (pixel < from || pixel > to) return false
  }
  return true
}

/** A picture without ink that is not white either: a light logo, or a faint stamp. */
function vanishes({ width, pixels }: GreyImage, box: Box): boolean {
  let seen = false
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const pixel = pixels[y * width + x] ?? 255
      if (pixel < INK_BELOW) return false
      seen ||= pixel < WHITE_FROM
    }
  }
  return seen
}

const inside = (boxes: readonly Box[], x: number, y: number) =>
  boxes.some(({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom)

/** Dithers shaded fields outside pictures, within `box`: what the squares of FIELD × FIELD grey pixels cover. */
function shade(image: GreyImage, dots: Dots, pictures: readonly Box[], box: Box): void {
  const { width, pixels } = image
  const across = box.right - box.left
  /** Lower right corners of such squares; then, from below, everything that they cover. */
  const field = new Uint8Array(across * (box.bottom - box.top))
  const high = new Uint8Array(across)
  for (let y = box.top; y < box.bottom; y++) {
    let wide = 0
    for (let u = 0; u < across; u++) {
      const pixel = pixels[y * width + box.left + u] ?? 255
      wide = pixel >= SHADE_FROM && pixel < WHITE_FROM ? wide + 1 : 0
      high[u] = wide >= FIELD ? Math.min(FIELD, (high[u] ?? 0) + 1) : 0
      if (high[u] === FIELD) field[(y - box.top) * across + u] = 1
    }
  }
  high.fill(0)
  for (let y = box.bottom - 1; y >= box.top; y--) {
    let wide = 0
    for (let u = across - 1; u >= 0; u--) {
      high[u] = field[(y - box.top) * across + u] ? FIELD : Math.max(0, (high[u] ?? 0) - 1)
      wide = (high[u] ?? 0) > 0 ? FIELD : Math.max(0, wide - 1)
      if (wide > 0 && !inside(pictures, box.left + u, y)) dither(image, dots, box.left + u, y)
    }
  }
}
