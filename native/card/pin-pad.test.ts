import fc from 'fast-check'
import { controlCode } from 'pcsc-mini'
import { expect, test } from 'vitest'
import { findPinPad, padFailure, parseFeatures, verifyStructure } from './pin-pad.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => Buffer.from(text, 'hex')

/** What libccid answers for a keypad reader: verify, modify, properties, TLV properties. */
const KEYPAD_READER = '060442330006' + '070442330007' + '0a044233000a' + '12044233' + '0012'

test('the features of a keypad reader are found', () => {
  expect(parseFeatures(bytes(KEYPAD_READER))).toEqual(
    new Map([
      [0x06, 0x42330006],
      [0x07, 0x42330007],
      [0x0a, 0x4233000a],
      [0x12, 0x42330012],
    ]),
  )
})

test.each([
  ['nothing at all', '', []],
  ['half a feature', '06044233', []],
  ['a feature of another length, and all behind it', '0a044233000a' + '06024233' + '060442330006', [0x0a]],
  ['a code with its top bit set', '0604c2330006', [0x06]],
])('features: %s', (_, answer, tags) => {
  expect([...parseFeatures(bytes(answer)).keys()]).toEqual(tags)
})

test('any answer to the question for features is a list of them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (answer) => {
      const features = parseFeatures(answer)
      expect(features.size).toBeLessThanOrEqual(answer.length / 6)
      for (const code of features.values()) expect(code).toBeGreaterThanOrEqual(0)
    }),
  )
})

test.each([
  ['the standard reference', 0x10],
  ['the one of ST Incard', 0x90],
])('what the reader is told to do with a PIN: %s', (_, reference) => {
  expect(hex(verifyStructure(reference))).toBe(
    [
      '1e1e', // 30 s to the first key, 30 s for all
      '82', // ASCII, to the left, in bytes
      '08', // block of 8 bytes
      '00', // no length
      '0805', // 8 digits at most, 5 at least
      '02', // ends with OK
      '01', // one message
      '1004', // in Italian
      '00', // "enter PIN"
      '000000',
      '0d000000', // 13 bytes of APDU
      `002000${reference.toString(16)}08ffffffffffffffff`,
    ].join(''),
  )
})

test.each([
  ['time is up', 0x6400, 'not-entered'],
  ['cancelled', 0x6401, 'not-entered'],
  ['too short', 0x6403, 'not-entered'],
  ['two PINs differ', 0x6402, 'unusable'],
  ['structure refused', 0x6b80, 'unusable'],
  ['right PIN', 0x9000, null],
  ['wrong PIN', 0x63c2, null],
  ['blocked', 0x6983, null],
])('a keypad says: %s', (_, sw, failure) => {
  expect(padFailure(sw)).toBe(failure)
})

const refusal = (code: string) => Object.assign(new Error(code), { code })

test('a reader without keypad has none', async () => {
  expect(await findPinPad({ control: async () => new Uint8Array() })).toBeNull()
  expect(await findPinPad({ control: async () => bytes('070442330007') })).toBeNull()
  expect(
    await findPinPad({
      control: async () => {
        throw refusal('UnsupportedFeature')
      },
    }),
  ).toBeNull()
})

test('a fault of ours is not taken for a missing keypad', async () => {
  const control = async () => {
    throw new TypeError('a bug')
  }
  await expect(findPinPad({ control })).rejects.toThrow('a bug')
})

test('the keypad is used through the code that the reader gave, and what it says is handed on', async () => {
  const asked: [number, string][] = []
  const answers = [bytes(KEYPAD_READER), bytes('63c2'), bytes('63')]
  const pad = await findPinPad({
    async control(code, data = new Uint8Array()) {
      asked.push([code, hex(data)])
      return answers.shift() ?? new Uint8Array()
    },
  })
  expect(await pad?.verify(0x10)).toMatchObject({ sw: 0x63c2 })
  expect(await pad?.verify(0x90)).toBeNull()
  expect(asked).toEqual([
    [controlCode(3400), ''],
    [0x42330006, hex(verifyStructure(0x10))],
    [0x42330006, hex(verifyStructure(0x90))],
  ])
})
