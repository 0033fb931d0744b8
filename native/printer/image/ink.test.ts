import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dotsOf } from './ink.ts'

interface Patch {
  left: number
  top: number
  width: number
  height: number
  grey: number
}
const side = fc.nat(30)
const patch = fc.record({ left: side, top: side, width: side, height: side, grey: fc.nat(255) })

/** Patches of grey on white paper, `width` pixels wide, as rows of 0 and 1. */
function drawn(patches: Patch[], width: number): string[] {
  const height = 40
  const pixels = new Uint8Array(width * height).fill(255)
  for (const { left, top, grey, ...size } of patches) {
    for (let y = top; y < Math.min(height, top + size.height); y++) {
      pixels.fill(grey, y * width + Math.min(left, width), y * width + Math.min(left + size.width, width))
    }
  }
  const { rows } = dotsOf({ width, height, pixels }, [])
  const bytes = Math.ceil(width / 8)
  return Array.from({ length: height }, (_, y) =>
    [...rows.subarray(y * bytes, (y + 1) * bytes)]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .slice(0, width),
  )
}

// White pixels are read four at a time, wherever a row begins.
test('white paper on the right changes no dot, however wide the page is', () => {
  fc.assert(
    fc.property(fc.array(patch, { maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (patches, more) => {
      const narrow = drawn(patches, 60)
      const wide = drawn(patches, 60 + more)
      expect(wide).toEqual(narrow.map((row) => row + '0'.repeat(more)))
    }),
  )
})

test('a field of grey is toned as far as it reaches, and a line of the same grey is black', () => {
  const rows = drawn(
    [
      { left: 5, top: 3, width: 16, height: 16, grey: 160 },
      { left: 30, top: 3, width: 2, height: 16, grey: 160 },
    ],
    47,
  )
  const count = (from: number, to: number) => rows.map((row) => row.slice(from, to).replaceAll('0', '')).join('').length
  // Grey 160 leaves 95 of 255 black, which is 37 %.
  expect(count(5, 21)).toBeGreaterThan(0.33 * 256)
  expect(count(5, 21)).toBeLessThan(0.42 * 256)
  expect(count(30, 32)).toBe(32)
  expect(count(0, 47)).toBe(count(5, 21) + 32)
})
