import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeTlv, findTag, readTlv, readTlvs, tlvLength } from './tlv.ts'

const hex = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes).toString('hex') : bytes)
const bytesOf = (text: string) => Buffer.from(text, 'hex')

test.each([
  ['a one-byte tag', '8003010203', 0x80, '010203'],
  ['a two-byte tag', '7f4901aa', 0x7f49, 'aa'],
  ['a three-byte tag', 'bfa10101aa', 0xbfa101, 'aa'],
  ['an empty value', '8000', 0x80, ''],
  ['a length in one more byte', `8181${'02'}aabb`, 0x81, 'aabb'],
  ['a length in two more bytes', '81820002aabb', 0x81, 'aabb'],
  ['a length in four more bytes', '818400000002aabb', 0x81, 'aabb'],
])('%s', (_, object, tag, value) => {
  const read = readTlv(bytesOf(`${object}ffff`))
  expect({ tag: read?.tag, value: hex(read?.value), end: read?.end }).toEqual({ tag, value, end: object.length / 2 })
})

test.each([
  ['nothing at all', ''],
  ['a tag alone', '80'],
  ['a tag without an end', '7fff'],
  ['a tag of five bytes', '7fffffffff0100'],
  ['a value that is cut short', '800301'],
  ['a length that is cut short', '808201'],
  ['the indefinite length', '80800000'],
  ['a length of five bytes', '80850000000001aa'],
  ['a length of 4 GiB', '8084ffffffff'],
])('%s is malformed', (_, object) => {
  expect(readTlv(bytesOf(object))).toBeNull()
})

test('an object within objects is found by its path', () => {
  const domain = bytesOf('700fbfa1010ba309970101980102990103')
  const path = [0x70, 0xbfa101, 0xa3]
  expect(hex(findTag(domain, ...path, 0x98))).toBe('02')
  expect(hex(findTag(domain, ...path, 0x99))).toBe('03')
  expect(findTag(domain, ...path, 0x9a)).toBeNull()
  expect(findTag(domain, 0x71)).toBeNull()
})

test('the length of a file is known by its start', () => {
  expect(tlvLength(bytesOf('3082010a'))).toBe(0x10e)
  expect(tlvLength(bytesOf('308201'))).toBeNull()
  expect(tlvLength(bytesOf(''))).toBeNull()
})

const tags = fc.constantFrom(0x81, 0x87, 0x7f49, 0x5f37, 0xbfa101)

test('what was encoded is read back', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(tags, fc.uint8Array({ maxLength: 700 })), { maxLength: 5 }), (objects) => {
      const encoded = Buffer.concat(objects.map(([tag, value]) => encodeTlv(tag, value)))
      expect(readTlvs(encoded)?.map(({ tag, value }) => [tag, hex(value)])).toEqual(
        objects.map(([tag, value]) => [tag, hex(value)]),
      )
    }),
  )
})

test('whatever bytes come, nothing is read past their end and nothing throws', () => {
  const wild = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 12 }))
  fc.assert(
    fc.property(wild, fc.nat(20), (bytes, from) => {
      const object = readTlv(bytes, from)
      if (object) {
        expect(object.end).toBeLessThanOrEqual(bytes.length)
        expect(object.end).toBeGreaterThan(from)
        expect(object.value.length).toBeLessThan(object.end - from)
      }
      readTlvs(bytes)
      findTag(bytes, 0x30, 0x02)
      tlvLength(bytes)
    }),
    { numRuns: 2000 },
  )
})
