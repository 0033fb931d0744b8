import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cnsMask, pinReferenceOf } from './atr.ts'

const { atr: vectors } = JSON.parse(
  readFileSync(new URL('../../test/vectors/cards.json', import.meta.url), 'utf8'),
) as { atr: { atr: string; what: string; is_cns: boolean; mask: number | null }[] }

test.each(vectors)('$what', ({ atr, is_cns, mask }) => {
  const bytes = Buffer.from(atr, 'hex')
  expect(cnsMask(bytes)).toBe(is_cns ? mask : null)
  expect(pinReferenceOf(bytes)).toBe(mask === 9 ? 0x90 : 0x10)
})

test('any answer to reset gives a PIN reference', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (atr) => [0x10, 0x90].includes(pinReferenceOf(atr))))
})
