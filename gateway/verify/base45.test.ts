import { expect, test } from 'vitest'
import { decodeBase45 } from './base45.ts'

const text = (bytes: Uint8Array | null) => bytes && new TextDecoder().decode(bytes)

test.each([
  // RFC 9285 §4.3 and §4.4.
  ['BB8', 'AB'],
  ['%69 VD92EX0', 'Hello!!'],
  ['UJCLQE7W581', 'base-45'],
  ['QED8WEX0', 'ietf!'],
  ['', ''],
])('%j is %j', (encoded, plain) => {
  expect(text(decodeBase45(encoded))).toBe(plain)
})

test.each([
  ['A', 'a letter too many'],
  ['BB8A', 'a letter too many'],
  ['bb8', 'small letters'],
  ['BB;', 'a letter of none of the 45'],
  ['BBÀ', 'a letter beyond ASCII'],
  ['GGX', 'a group of 65536'],
  [':::', 'the highest group'],
  ['U5', 'a last byte of 255 is good', [255]],
  ['V5', 'a last byte of 256'],
  ['FGW', 'a group of 65535 is good', [255, 255]],
])('%j: %s', (encoded, _what, bytes: number[] | null = null) => {
  const decoded = decodeBase45(encoded)
  expect(decoded && [...decoded]).toEqual(bytes)
})
