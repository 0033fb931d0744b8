import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GreyImage } from '../image/grey.ts'
import { dotsOf } from '../image/ink.ts'
import type { Box } from '../image/pictures.ts'
import { type PrinterProfile, profiles } from './profiles.ts'
import { pageBands } from './raster.ts'

const plain: PrinterProfile = { ...profiles['a4-kiosk'], headDots: 64, cutterDots: 6, bandBytes: 280 }
const packed: PrinterProfile = { ...plain, raster: 'packbits' }

/** TIFF 6.0, section 9. */
function unpacked(bytes: Uint8Array): Uint8Array {
  const out: number[] = []
  for (let i = 0; i < bytes.length; ) {
    const head = bytes[i] ?? 0
    if (head < 128) out.push(...bytes.subarray(i + 1, i + 2 + head))
    else out.push(...Array<number>(257 - head).fill(bytes[i + 1] ?? 0))
    i += head < 128 ? head + 2 : 2
  }
  return Uint8Array.from(out)
}

function bandsOf(page: GreyImage, profile: PrinterProfile, pictures: Box[] = []): Uint8Array[] {
  const made = pageBands(dotsOf(page, pictures), profile)
  const bands = [...made.each]
  expect(bands).toHaveLength(made.count)
  return bands
}

/** The inverse: what the commands of a page put on paper, as rows of dots. */
function printed(bands: Uint8Array[], headDots: number): string[] {
  const rows: string[] = []
  let margin = 0
  const row = (bytes: Uint8Array) => {
    const dots = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
    rows.push((blank.slice(0, margin) + dots.replaceAll('0', '.').replaceAll('1', '#') + blank).slice(0, headDots))
  }
  const blank = '.'.repeat(headDots)
  for (const band of bands) {
    for (let at = 0; at < band.length; ) {
      const [first, second, a = 0, b = 0] = band.subarray(at)
      const command = `${first?.toString(16)} ${second?.toString(16)}`
      if (command === '1b 40') at += 2
      else if (command === '1d 50') at += 4
      else if (command === '1d 62' || command === '1d e0') at += 3
      else if (command === '1b 2a' && a === 0x62) at += 5
      else if (command === '1d 4c') {
        margin = a + b * 256
        at += 4
      } else if (command === '1b 4a') {
        for (let i = 0; i < a; i++) rows.push(blank)
        at += 3
      } else if (command === '1d 56') {
        for (let i = 0; i < plain.cutterDots; i++) rows.push(blank)
        at += 4
      } else if (command === '1d 76') {
        const [widthBytes, height] = [
          (band[at + 4] ?? 0) + (band[at + 5] ?? 0) * 256,
          (band[at + 6] ?? 0) + (band[at + 7] ?? 0) * 256,
        ]
        at += 8
        for (let y = 0; y < height; y++) {
          row(band.subarray(at, at + widthBytes))
          at += widthBytes
        }
      } else if (command === '1b 2a') {
        const length = b + (band[at + 4] ?? 0) * 256
        at += 5
        row(unpacked(band.subarray(at, at + length)))
        at += length
      } else throw new Error(`unknown command ${command}`)
    }
  }
  return rows
}

const image = (rows: string[]): GreyImage => ({
  width: rows[0]?.length ?? 0,
  height: rows.length,
  pixels: Uint8Array.from(rows.join(''), (dot) => (dot === '#' ? 0 : 255)),
})

describe.each([
  ['plain', plain],
  ['packed', packed],
])('page, %s', (_, profile) => {
  test('grey becomes ink below the threshold only', () => {
    const page = { width: 8, height: 1, pixels: Uint8Array.of(0, 100, 189, 190, 200, 255, 0, 255) }
    expect(printed(bandsOf(page, profile), 64)[0]?.slice(28, 36)).toBe('###...#.')
  })

  test('stands in the middle of the head and as long as the paper, upper margin from before the blade', () => {
    const page = image([
      ...Array<string>(10).fill('.'.repeat(48)),
      `${'.'.repeat(46)}##`,
      ...Array<string>(9).fill('.'.repeat(48)),
    ])
    const rows = printed(bandsOf(page, profile), 64)
    // 6 rows are past the head already, and 6 are fed to the blade: 20 rows between two cuts.
    expect(rows).toHaveLength(20)
    expect(rows.findIndex((row) => row.includes('#'))).toBe(10 - 6)
    expect(rows[4]?.indexOf('##')).toBe(8 + 46)
  })

  test('without a dot on it is fed and cut', () => {
    const page = image(Array<string>(300).fill('.'.repeat(48)))
    const bands = bandsOf(page, { ...profile, bandBytes: 4000 })
    expect(printed(bands, 64)).toHaveLength(300)
    expect(Buffer.concat(bands).length).toBeLessThan(100)
  })

  test('comes out dot for dot, in bands that fit the buffer', () => {
    const dot = fc.constantFrom('.', '#')
    const row = fc.oneof(
      fc.constant('.'.repeat(40)),
      fc.array(dot, { minLength: 40, maxLength: 40 }).map((dots) => dots.join('')),
    )
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const bands = bandsOf(image(rows), profile)
        const whole = [...Array<string>(profile.cutterDots).fill('.'.repeat(64)), ...printed(bands, 64)]
        const expected = rows.map((line) => `${'.'.repeat(12)}${line}${'.'.repeat(12)}`)
        const shift = whole.findIndex((line) => line.includes('#')) - expected.findIndex((line) => line.includes('#'))
        for (const [y, line] of expected.entries()) {
          // Dots that spell a real-time command get one dot more (escpos.ts).
          const got = whole[y + shift] ?? ''
          for (let x = 0; x < 64; x++) if (got[x] !== line[x]) expect(got.slice(x - 1, x + 1) + line[x]).toBe('##.')
        }
        for (const band of bands) expect(band.length).toBeLessThanOrEqual(profile.bandBytes)
      }),
    )
  })

  test('never spells a real-time command, whatever its dots', () => {
    const byte = fc.constantFrom(0x10, 0x04, 0x05, 0x14, 0, 0xff, 0x81)
    fc.assert(
      fc.property(fc.array(fc.array(byte, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 12 }), (rows) => {
        const dots = rows.map((row) =>
          row.map((value) => value.toString(2).padStart(8, '0').replaceAll('0', '.').replaceAll('1', '#')).join(''),
        )
        const sent = Buffer.concat(bandsOf(image(dots), profile))
        for (let i = 0; i + 1 < sent.length; i++) if (sent[i] === 0x10) expect([4, 5, 0x14]).not.toContain(sent[i + 1])
      }),
    )
  })
})

describe('picture', () => {
  const box = { left: 0, top: 0, right: 48, bottom: 48 }
  const grey = (of: (x: number, y: number) => number): GreyImage => ({
    width: 48,
    height: 48,
    pixels: Uint8Array.from({ length: 48 * 48 }, (_, i) => of(i % 48, Math.floor(i / 48))),
  })
  const inked = (rows: string[]) => rows.join('').replaceAll('.', '').length

  test('with greys keeps its tones, also across bands', () => {
    for (const level of [64, 128, 192]) {
      const page = grey(() => level)
      const dots = inked(printed(bandsOf(page, plain, [box]), 64))
      expect(Math.abs(dots / (48 * 48) - (255 - level) / 255)).toBeLessThan(0.03)
    }
  })

  test('of a code keeps its edges: grey rims are no tone', () => {
    const code = grey((x, y) => (x % 8 === 0 || y % 8 === 0 ? 120 : ((x >> 3) + (y >> 3)) % 2 ? 0 : 255))
    expect(printed(bandsOf(code, plain, [box]), 64)).toEqual(printed(bandsOf(code, plain), 64))
  })
})
