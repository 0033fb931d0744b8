import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boolean, count, decode, elements, oid, sole, TAG, time, wholeBits } from './der.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const read = <T>(text: string, tag: number, as: (element: ReturnType<typeof sole>) => T) =>
  decode(hex(text), (bytes) => as(sole(bytes, tag)))

test.each([
  ['06 03 55 04 03', '2.5.4.3'],
  ['06 09 2a 86 48 86 f7 0d 01 01 0b', '1.2.840.113549.1.1.11'],
  ['06 06 67 81 08 01 01 01', '2.23.136.1.1.1'],
  ['06 02 88 37', '2.999'],
  ['06 00', null],
  ['06 02 2a 86', null],
  ['06 03 2a 80 01', null],
])('%s is the OID %s', (text, id) => {
  expect(read(text, TAG.oid, oid)).toBe(id)
})
test.each([
  ['02 01 00', 0],
  ['02 01 7f', 127],
  ['02 02 00 80', 128],
  ['02 04 7f ff ff ff', 0x7fffffff],
  ['02 00', null],
  ['02 01 80', null],
  ['02 02 00 7f', null],
  ['02 05 01 00 00 00 00', null],
])('%s counts %s', (text, number) => {
  expect(read(text, TAG.integer, count)).toBe(number)
})
test.each([
  ['17 0d 32 36 31 31 32 32 31 30 30 30 30 30 5a', '2026-11-22T10:00:00.000Z'],
  ['17 0d 35 30 30 31 30 31 30 30 30 30 30 30 5a', '1950-01-01T00:00:00.000Z'],
  ['18 0f 32 30 35 30 30 31 30 31 30 30 30 30 30 30 5a', '2050-01-01T00:00:00.000Z'],
])('%s is %s', (text, iso) => {
  expect(decode(hex(text), (bytes) => time(elements(bytes)[0]))).toBe(Date.parse(iso))
})
test.each([
  ['a month that is none', '17 0d 32 36 31 33 32 32 31 30 30 30 30 30 5a'],
  ['no seconds', '17 0b 32 36 31 31 32 32 31 30 30 30 5a'],
  ['another zone', '17 11 32 36 31 31 32 32 31 30 30 30 30 30 2b 30 31 30 30'],
])('no time: %s', (_name, text) => {
  expect(decode(hex(text), (bytes) => time(elements(bytes)[0]))).toBeNull()
})
test.each([
  ['a length longer than it need be', '04 81 01 00'],
  ['a length of two bytes that fits one', '04 82 00 80'],
  ['an indefinite length', '24 80 04 01 00 00 00'],
  ['a length of five bytes', '04 85 00 00 00 00 01 00'],
  ['more than there is', '04 02 00'],
  ['only a tag', '04'],
  ['bytes behind it', '04 01 00 00'],
])('refused: %s', (_name, text) => {
  expect(decode(hex(text), (bytes) => sole(bytes, TAG.octetString))).toBeNull()
})
test('a boolean is 00 or FF, bits of a signature end on a byte', () => {
  expect(['01 01 ff', '01 01 00', '01 01 01'].map((text) => read(text, TAG.boolean, boolean))).toEqual([
    true,
    false,
    null,
  ])
  expect(read('03 02 01 fe', TAG.bitString, wholeBits)).toBeNull()
})
test('any bytes: elements that are these bytes again, or null', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const read = decode(bytes, elements)
      if (read) expect(Buffer.concat(read.map(({ raw }) => raw))).toEqual(Buffer.from(bytes))
    }),
    { numRuns: 1_000 },
  )
})
