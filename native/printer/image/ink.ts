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
/** The soft rim of something black reaches so far. */
const RIM = 2
/** A stroke whose darkest pixel is not darker is no black one. Its rim would be cut off by the threshold. */
const PALE_FROM = 128

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
  const { width, height, pixels } = image
  const black = new Uint8Array(width * height)
  for (let at = 0; at < black.length; at++) black[at] = (pixels[at] ?? 255) < INK_BELOW ? 1 : 0
  const toned = pictures.filter((box) => hasTones(image, box) || vanishes(image, box))
  strokes(image, black, pictures)
  shade(image, black, pictures)
  for (const box of toned) {
    for (let y = box.top; y < box.bottom; y++) {
      for (let x = box.left; x < box.right; x++) black[y * width + x] = dithered(image, x, y)
    }
  }
  return { width, height, rows: packed(black, width, height) }
}

const dithered = ({ width, pixels }: GreyImage, x: number, y: number): number =>
  (pixels[y * width + x] ?? 255) < (BAYER[(y & 7) * 8 + (x & 7)] ?? 0) ? 1 : 0

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

/** Blackens pale strokes as far as half-way from their own colour to white. Black strokes end at the threshold. */
function strokes({ width, height, pixels }: GreyImage, black: Uint8Array, pictures: readonly Box[]): void {
  for (let at = 0; at < pixels.length; at++) {
    const pixel = pixels[at] ?? 255
    if (pixel < INK_BELOW || pixel >= WHITE_FROM) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    let darkest = pixel
    for (let v = Math.max(0, y - RIM); v <= Math.min(height - 1, y + RIM) && darkest >= PALE_FROM; v++) {
      for (let u = Math.max(0, x - RIM); u <= Math.min(width - 1, x + RIM); u++) {
        darkest = Math.min(darkest, pixels[v * width + u] ?? 255)
      }
    }
    if (darkest >= PALE_FROM && pixel < (darkest + 255) / 2 && !inside(pictures, x, y)) black[at] = 1
  }
}

/** Dithers shaded fields outside pictures: what the squares of FIELD × FIELD grey pixels cover. */
function shade(image: GreyImage, black: Uint8Array, pictures: readonly Box[]): void {
  const { width, height, pixels } = image
  if (!anyField(image)) return
  /** Lower right corners of such squares; then, from below, everything that they cover. */
  const field = new Uint8Array(width * height)
  const high = new Uint8Array(width)
  for (let y = 0; y < height; y++) {
    let wide = 0
    for (let x = 0; x < width; x++) {
      const pixel = pixels[y * width + x] ?? 255
      wide = pixel >= SHADE_FROM && pixel < WHITE_FROM ? wide + 1 : 0
      high[x] = wide >= FIELD ? Math.min(FIELD, (high[x] ?? 0) + 1) : 0
      if (high[x] === FIELD) field[y * width + x] = 1
    }
  }
  high.fill(0)
  for (let y = height - 1; y >= 0; y--) {
    let wide = 0
    for (let x = width - 1; x >= 0; x--) {
      const at = y * width + x
      high[x] = field[at] ? FIELD : Math.max(0, (high[x] ?? 0) - 1)
      wide = (high[x] ?? 0) > 0 ? FIELD : Math.max(0, wide - 1)
      if (wide > 0 && !inside(pictures, x, y)) black[at] = dithered(image, x, y)
    }
  }
}

/** Every field has a square of three on this grid. */
function anyField({ width, height, pixels }: GreyImage): boolean {
  for (let y = 0; y + 3 <= height; y += 3) {
    for (let x = 0; x + 3 <= width; x += 3) {
      if (square(pixels, width, x, y, SHADE_FROM, WHITE_FROM - 1)) return true
    }
  }
  return false
}

function packed(black: Uint8Array, width: number, height: number): Uint8Array {
  const bytes = Math.ceil(width / 8)
  const rows = new Uint8Array(bytes * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (black[y * width + x]) rows[y * bytes + (x >> 3)] = (rows[y * bytes + (x >> 3)] ?? 0) | (0x80 >> (x & 7))
    }
  }
  return rows
}
