import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { profiles } from './profiles.ts'
import { type GreyImage, pageBands } from './raster.ts'

const profile = { ...profiles['a4-kiosk'], headDots: 64, cutterDots: 6, bandBytes: 24 }

/** The inverse: what the commands of a page put on paper, as rows of dots, and how long each band's rasters are. */
function printed(bands: Uint8Array[], headDots: number): { rows: string[]; bandBytes: number[] } {
  const rows: string[] = []
  const bandBytes: number[] = []
  let margin = 0
  const blank = '.'.repeat(headDots)
  for (const band of bands) {
    for (let at = 0; at < band.length; ) {
      const [first, second, a = 0, b = 0] = band.subarray(at)
      const command = `${first?.toString(16)} ${second?.toString(16)}`
      if (command === '1b 40') at += 2
      else if (command === '1d 50') at += 4
      else if (command === '1d 62') at += 3
      else if (command === '1d 4c') {
        margin = a + b * 256
        at += 4
      } else if (command === '1b 4a') {
        for (let i = 0; i < a; i++) rows.push(blank)
        at += 3
      } else if (command === '1d 56') {
        for (let i = 0; i < profile.cutterDots; i++) rows.push(blank)
        at += 4
      } else if (command === '1d 76') {
        const [widthBytes, height] = [
          (band[at + 4] ?? 0) + (band[at + 5] ?? 0) * 256,
          (band[at + 6] ?? 0) + (band[at + 7] ?? 0) * 256,
        ]
        at += 8
        bandBytes.push(widthBytes * height)
        for (let y = 0; y < height; y++) {
          const dots = [...band.subarray(at, at + widthBytes)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
          rows.push(
            (blank.slice(0, margin) + dots.replaceAll('0', '.').replaceAll('1', '#') + blank).slice(0, headDots),
          )
          at += widthBytes
        }
      } else throw new Error(`unknown command ${command}`)
    }
  }
  return { rows, bandBytes }
}

const image = (rows: string[]): GreyImage => ({
  width: rows[0]?.length ?? 0,
  height: rows.length,
  pixels: Uint8Array.from(rows.join(''), (dot) => (dot === '#' ? 0 : 255)),
})

describe('page', () => {
  test('grey becomes ink below the threshold only', () => {
    const page = { width: 8, height: 1, pixels: Uint8Array.of(0, 100, 189, 190, 200, 255, 0, 255) }
    expect(printed(pageBands(page, profile), 64).rows[0]?.slice(28, 36)).toBe('###...#.')
  })

  test('stands in the middle of the head and as long as the paper, upper margin from before the blade', () => {
    const page = image([
      ...Array<string>(10).fill('.'.repeat(48)),
      `${'.'.repeat(46)}##`,
      ...Array<string>(9).fill('.'.repeat(48)),
    ])
    const { rows } = printed(pageBands(page, profile), 64)
    // 6 rows are past the head already, and 6 are fed to the blade: 20 rows between two cuts.
    expect(rows).toHaveLength(20)
    expect(rows.findIndex((row) => row.includes('#'))).toBe(10 - 6)
    expect(rows[4]?.indexOf('##')).toBe(8 + 46)
  })

  test('without a dot on it is fed and cut', () => {
    const bands = pageBands(image(Array<string>(300).fill('.'.repeat(48))), profile)
    expect(printed(bands, 64).rows).toHaveLength(300)
    expect(bands).toHaveLength(1)
  })

  test('comes out dot for dot, in bands that fit the buffer', () => {
    const dot = fc.constantFrom('.', '#')
    const row = fc.oneof(
      fc.constant('.'.repeat(40)),
      fc.array(dot, { minLength: 40, maxLength: 40 }).map((dots) => dots.join('')),
    )
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const { rows: out, bandBytes } = printed(pageBands(image(rows), profile), 64)
        const whole = [...Array<string>(profile.cutterDots).fill('.'.repeat(64)), ...out]
        const expected = rows.map((line) => `${'.'.repeat(12)}${line}${'.'.repeat(12)}`)
        const shift = whole.findIndex((line) => line.includes('#')) - expected.findIndex((line) => line.includes('#'))
        for (const [y, line] of expected.entries()) {
          // Real-time commands hidden in the dots get one dot more (see escpos.ts).
          const got = whole[y + shift] ?? ''
          for (let x = 0; x < 64; x++) if (got[x] !== line[x]) expect(got.slice(x - 1, x + 1) + line[x]).toBe('##.')
        }
        for (const size of bandBytes) expect(size).toBeLessThanOrEqual(profile.bandBytes)
      }),
    )
  })
})
