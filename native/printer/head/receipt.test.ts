import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { receiptDocument } from '../../../contract/print.ts'
import { cut } from './escpos.ts'
import { profiles } from './profiles.ts'
import { receiptBands } from './receipt.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 200 })
const line = fc.oneof(
  fc.record({
    kind: fc.constant('text' as const),
    text,
    size: fc.constantFrom(1, 2, 3),
    bold: fc.boolean(),
    align: fc.constantFrom('left', 'center'),
  }),
  fc.record({ kind: fc.constant('fact' as const), label: text, value: text }),
  fc.record({ kind: fc.constant('qr' as const), data: fc.string({ unit: 'grapheme', maxLength: 300 }), caption: text }),
  fc.constantFrom({ kind: 'rule' as const }, { kind: 'space' as const }),
)

/** Module size in dots of each QR code in the stream (GS ( k function 67). */
function moduleDots(bands: Uint8Array[]): number[] {
  const bytes = Buffer.concat(bands)
  const command = Buffer.from([0x1d, 0x28, 0x6b, 3, 0, 49, 67])
  const found: number[] = []
  for (let at = bytes.indexOf(command); at >= 0; at = bytes.indexOf(command, at + 1)) found.push(bytes[at + 7] ?? 0)
  return found
}
const qr = (data: string) => receiptDocument.parse({ lines: [{ kind: 'qr', data, caption: '' }] })

describe.each(['a4-kiosk', 'receipt-80', 'receipt-80-tear'] as const)('%s', (name) => {
  const profile = profiles[name]

  test('any receipt becomes bands that end with one cut', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
        const bands = receiptBands(receiptDocument.parse({ lines }), profile)
        expect(bands.at(-1)?.slice(-cut(profile).length)).toEqual(cut(profile))
        for (const band of bands) expect(band.length).toBeGreaterThan(0)
      }),
    )
  })

  test('a code that no symbol holds, or none that the paper holds, is printed as letters', () => {
    expect(moduleDots(receiptBands(qr('€'.repeat(600)), profile))).toEqual([])
    expect(moduleDots(receiptBands(qr('€'.repeat(400)), profile))).toHaveLength(name === 'a4-kiosk' ? 1 : 0)
  })

  test('a code has modules of at least 4 dots, also the longest, and it fits the paper', () => {
    expect(moduleDots(receiptBands(qr('TP1;op=01JD9Q3V6W8X2Y4Z5A6B7C8D9E'), profile))[0]).toBeGreaterThanOrEqual(8)
    // 600 characters at level Q are a symbol of 113 modules: 452 dots.
    expect(moduleDots(receiptBands(qr('x'.repeat(600)), profile))).toEqual([4])
    expect(113 * 4).toBeLessThanOrEqual(profile.headDots - 2 * profile.receipt.marginDots)
  })
})
