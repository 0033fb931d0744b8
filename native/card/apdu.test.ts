import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  certificateLength,
  digestInfoSha256,
  encode,
  encodeMessage,
  parseResponse,
  performOperation,
  readBinary,
  restoreEnvironment,
  selectApplication,
  selectPath,
  setEnvironment,
  verifyPin,
} from './apdu.ts'

const { pkcs1_v15: vector } = JSON.parse(
  readFileSync(new URL('../../test/vectors/cards.json', import.meta.url), 'utf8'),
) as { pkcs1_v15: { message: string; digest_info: string; em_2048: string } }

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')

test.each([
  ['SELECT by path', selectPath('11001102', false), ['00a4080c0411001102']],
  ['SELECT by path with FCI', selectPath('11001102', true), ['00a408000411001102' + '00']],
  ['READ BINARY of 256 bytes', readBinary(0x0100, 256), ['00b0010000']],
  ['READ BINARY of 6 bytes', readBinary(0, 6), ['00b0000006']],
  ['MSE RESTORE with its empty Lc', restoreEnvironment, ['0022f30300']],
  ['MSE SET for the signature', setEnvironment('sign', 1), ['0022f1b603830101']],
  ['MSE SET for deciphering with another key', setEnvironment('decipher', 2), ['0022f1b803830102']],
  ['SELECT of an application', selectApplication('a00000009501004d'), ['00a4040008a00000009501004d00']],
])('%s', (_, command, expected) => {
  expect(encode(command).map(hex)).toEqual(expected)
})

test.each([
  ['secure messaging', { cla: 0x0c, ins: 0xb0, p1: 0, p2: 0, le: 128 }, ['0cb0000080']],
  [
    'the pieces of a chain keep their class',
    { cla: 0x0c, ins: 0x2a, p1: 0, p2: 0xae, data: new Uint8Array(256) },
    [`1c2a00aeff${'00'.repeat(255)}`, '0c2a00ae0100'],
  ],
  ['an extended read', { ins: 0xb0, p1: 0, p2: 0, le: 65_536, extended: true }, ['00b00000' + '000000']],
  [
    'an extended piece of a chain, as PACE sends it',
    { cla: 0x10, ins: 0x86, p1: 0, p2: 0, data: new Uint8Array(264), le: 65_536, extended: true },
    [`10860000000108${'00'.repeat(264)}0000`],
  ],
  ['nothing to extend', { ins: 0xa4, p1: 0, p2: 0, extended: true }, ['00a40000']],
])('%s', (_, command, expected) => {
  expect(encode(command).map(hex)).toEqual(expected)
})

test('a PIN goes out once, padded with FF', () => {
  expect(hex(verifyPin(0x10, Buffer.from('12345')))).toBe('002000100831323334' + '35ffffff')
  expect(hex(verifyPin(0x90, Buffer.from('12345678')))).toBe('0020009008' + '3132333435363738')
})

test('the worked example of RSA PKCS#1 v1.5', () => {
  const digestInfo = digestInfoSha256(Buffer.from(vector.message))
  expect(hex(digestInfo)).toBe(vector.digest_info)
  expect(hex(encodeMessage(digestInfo, 256))).toBe(vector.em_2048)
})

test('a signature with RSA-2048 is two pieces, by either operation', () => {
  const message = encodeMessage(digestInfoSha256(Buffer.from('x')), 256)
  const [first, last, ...more] = encode(performOperation('sign', message))
  expect(hex(first)).toBe(`102a9e9aff${hex(message.subarray(0, 255))}`)
  expect(hex(last)).toBe(`002a9e9a01${hex(message.subarray(255))}00`)
  expect(more).toEqual([])
  const deciphered = encode(performOperation('decipher', message)).map(hex)
  expect(deciphered).toEqual([
    `102a8086ff00${hex(message.subarray(0, 254))}`,
    `002a808602${hex(message.subarray(254))}00`,
  ])
})

test('pieces of a chain put together are the command', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.option(fc.integer({ min: 1, max: 256 })), (data, le) => {
      const pieces = encode({ ins: 0x2a, p1: 1, p2: 2, data, ...(le === null ? {} : { le }) })
      const carried = pieces.map((piece) =>
        piece.length > 5 ? piece.subarray(5, 5 + (piece[4] ?? 0)) : new Uint8Array(),
      )
      expect(hex(Buffer.concat(carried))).toBe(hex(data))
      expect(pieces.map((piece) => piece[0])).toEqual([...pieces.slice(1).map(() => 0x10), 0x00])
      for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(261)
    }),
  )
})

test('any answer of a card is parsed or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const response = parseResponse(bytes)
      if (bytes.length < 2) expect(response).toBeNull()
      else expect(hex(response?.data) + response?.sw.toString(16).padStart(4, '0')).toBe(hex(bytes))
      const length = certificateLength(bytes)
      if (length !== null) expect(length).toBeLessThanOrEqual(4 + 0xffff)
    }),
  )
})
