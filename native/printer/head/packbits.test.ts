import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packBits } from './packbits.ts'

function unpacked(bytes: Uint8Array): number[] {
  const out: number[] = []
  for (let i = 0; i < bytes.length; ) {
    const head = bytes[i] ?? 0
    if (head < 128) out.push(...bytes.subarray(i + 1, i + 2 + head))
    else out.push(...Array<number>(257 - head).fill(bytes[i + 1] ?? 0))
    i += head < 128 ? head + 2 : 2
  }
  return out
}

test('the example of the TIFF specification packs as printed there', () => {
  const row = 'AA AA AA 80 00 2A AA AA AA AA 80 00 2A 22 AA AA AA AA AA AA AA AA AA AA'.replaceAll(' ', '')
  const packed = 'FE AA 02 80 00 2A FD AA 03 80 00 2A 22 F7 AA'.replaceAll(' ', '')
  expect(
    Buffer.from(packBits(Buffer.from(row, 'hex')))
      .toString('hex')
      .toUpperCase(),
  ).toBe(packed)
})

test('any row comes back as it was, little longer at the worst', () => {
  const byte = fc.oneof(fc.constantFrom(0, 0, 0, 255), fc.nat(255))
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 500 }), (row) => {
      const packed = packBits(Uint8Array.from(row))
      expect(unpacked(packed)).toEqual(row)
      expect(packed.length).toBeLessThanOrEqual(Math.ceil((row.length * 17) / 16) + 1)
    }),
  )
})
