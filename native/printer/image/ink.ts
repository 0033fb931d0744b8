import type { GreyImage } from './grey.ts'
import type { Box } from './pictures.ts'

// A darker pixel is a dot. pdfium draws strokes thinner than a dot in a light grey, and thin strokes and small letters
// must not break on paper. Above about 200 the soft edges of a seal grow into blots.
const INK_BELOW = 190

/** Greys that are neither ink nor paper. */
const TONE = { from: 40, to: 215 }
// The grey rim of a letter, a line or a code's module is one pixel wide, or two where strokes meet, and never a square
// of three. A photograph, a shaded seal or a flat grey has such squares nearly everywhere.
const TONE_SHARE = 0.05

/**
 * Bayer's 8 × 8 matrix as thresholds. Every dot is decided alone, so a picture looks the same however it is cut in
 * bands.
 */
const BAYER = Uint8Array.from({ length: 64 }, (_, i) => {
  const [x, y] = [i & 7, i >> 3]
  let rank = 0
  for (let bit = 0; bit < 3; bit++) rank = rank * 4 + (((x >> bit) & 1) ^ ((y >> bit) & 1)) * 2 + ((y >> bit) & 1)
  return Math.round(((rank + 0.5) * 255) / 64)
})

const isTone = (pixel: number | undefined) => pixel !== undefined && pixel >= TONE.from && pixel <= TONE.to

/**
 * Counts, strip by strip, which pictures of a page have grey tones. The others are codes, stamps or scanned letters.
 */
export function toneCounter(boxes: readonly Box[]) {
  const squares = boxes.map(() => ({ all: 0, tone: 0 }))
  return {
    count({ width, height, pixels }: GreyImage, top: number) {
      boxes.forEach((box, index) => {
        const counted = squares[index]
        if (!counted) return
        for (let y = Math.max(box.top, top); y + 3 <= Math.min(box.bottom, top + height); y += 3) {
          for (let x = box.left; x + 3 <= box.right; x += 3) {
            counted.all += 1
            let tone = true
            for (let n = 0; tone && n < 9; n++) {
              tone = isTone(pixels[(y - top + Math.floor(n / 3)) * width + x + (n % 3)])
            }
            if (tone) counted.tone += 1
          }
        }
      })
    },
    toned: () => boxes.filter((_, index) => (squares[index]?.tone ?? 0) > TONE_SHARE * (squares[index]?.all ?? 0)),
  }
}

/**
 * Rows of dots, a bit a dot, 1 is black; `top` is the strip's place on the page. Dithered inside `tones`, by threshold
 * elsewhere.
 */
export function inkOf({ width, height, pixels }: GreyImage, top: number, tones: readonly Box[]): Uint8Array[] {
  const bytes = Math.ceil(width / 8)
  return Array.from({ length: height }, (_, y) => {
    const row = new Uint8Array(bytes)
    const start = y * width
    for (let x = 0; x < width; x++) {
      if ((pixels[start + x] ?? 255) < INK_BELOW) row[x >> 3] = (row[x >> 3] ?? 0) | (0x80 >> (x & 7))
    }
    for (const box of tones) {
      if (top + y < box.top || top + y >= box.bottom) continue
      const line = ((top + y) & 7) * 8
      for (let x = box.left; x < box.right; x++) {
        const [at, bit] = [x >> 3, 0x80 >> (x & 7)]
        const black = (pixels[start + x] ?? 255) < (BAYER[line + (x & 7)] ?? 0)
        row[at] = black ? (row[at] ?? 0) | bit : (row[at] ?? 0) & ~bit
      }
    }
    return row
  })
}
