import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cnsMask, isOldCie, otherPinReference, pinReferenceOf } from './atr.ts'

const { atr: vectors } = JSON.parse(
  readFileSync(new URL('../../test/vectors/cards.json', import.meta.url), 'utf8'),
) as { atr: { atr: string; what: string; is_cns: boolean; mask: number | null }[] }

test.each(vectors)('$what', ({ atr, is_cns, mask }) => {
  const bytes = Buffer.from(atr, 'hex')
  expect(cnsMask(bytes)).toBe(is_cns ? mask : null)
  expect(pinReferenceOf(bytes)).toBe(mask === 9 ? 0x90 : 0x10)
  expect(isOldCie(bytes)).toBe(false)
})

test.each([
  ['the old CIE', '3BFF1800FFC10A31FE55006B0508C80502495449442020318041', true],
  ['the first CIE', '3BF41800FF8131805500318000C7', true],
  ['the same bytes, but not at the end', '3BFF1800FFC10A31FE55006B0508C8050249544944202031804100', false],
  ['too few historical bytes', '3BFE1800FFC10A31FE55006B0508C80502495449442020318041', false],
  ['its end alone', '3BFF02495449442020318041', false],
])('%s', (_, atr, old) => {
  expect(isOldCie(Buffer.from(atr, 'hex'))).toBe(old)
})

test.each([
  ['T=1, with a check byte', '3BFF1800FF8131FE55006B02090303011101434E531131808C', 9],
  ['T=0 alone, without one (ISO 7816-3 §8.2.5)', '3B6F0000006B02090303011101434E53113180', 9],
  ['T=0 alone, named by TD1', '3BEF000000006B02090303011101434E53113180', 9],
  ['T=0 and T=1', '3B8F8001006B02090303011101434E5311318000', 9],
  ['T=1 without the check byte', '3BFF1800FF8131FE55006B02090303011101434E53113180', null],
  ['no historical bytes', '3B00', null],
])('historical bytes of a card that offers %s', (_, atr, mask) => {
  expect(cnsMask(Buffer.from(atr, 'hex'))).toBe(mask)
})

test('any answer to reset gives a PIN reference, and another one to try', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (atr) => {
      const reference = pinReferenceOf(atr)
      expect(new Set([reference, otherPinReference(reference)])).toEqual(new Set([0x10, 0x90]))
      expect(isOldCie(atr) && cnsMask(atr) !== null).toBe(false)
    }),
  )
})
