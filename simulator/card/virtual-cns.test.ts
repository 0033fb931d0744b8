import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { CNS_PROFILES } from './cns-profiles.ts'
import { type CnsFaults, VirtualCns, type VirtualCnsOptions } from './virtual-cns.ts'

const PIN = '12345678'
let key: VirtualCnsOptions['key']
beforeAll(() => {
  key = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
})

const cardOf = (profile: VirtualCnsOptions['profile'] = 'ober11', faults: CnsFaults = {}) =>
  new VirtualCns({
    profile,
    cardId: '6100000000000001',
    personalFile: Buffer.alloc(400, '0'),
    certificateFile: Buffer.alloc(600, 1),
    key,
    pin: PIN,
    faults,
  })

const say = (card: VirtualCns, apdu: string) => Buffer.from(card.transmit(Buffer.from(apdu.replaceAll(' ', ''), 'hex')))
const sw = (card: VirtualCns, apdu: string) => say(card, apdu).subarray(-2).toString('hex')

const VERIFY = `00200010 08 ${Buffer.from(PIN).toString('hex')}`
const RESTORE = '0022f303 00'
const SET = '0022f1b6 03 830101'
const SIGN = `002a9e9a 80 00${'01'.repeat(127)} 00`

test.each(Object.entries(CNS_PROFILES))('the answer to reset of %s is correct', (_, { atr }) => {
  const bytes = Buffer.from(atr, 'hex')
  expect(bytes[0]).toBe(0x3b)
  expect(bytes.subarray(1).reduce((sum, byte) => sum ^ byte, 0)).toBe(0)
  expect(bytes.length).toBeLessThanOrEqual(33)
})

describe('each condition is refused in its own way', () => {
  test.each([
    ['an unknown application', ['00a40400 08 a000000000000000 00'], '6a82'],
    ['an unknown file', ['00a4080c 04 14009010'], '6a82'],
    ['a path that ends within an identifier', ['00a4080c 03 110011'], '6a82'],
    ['an unknown command', ['00cb3fff 05 5c037f4980 00'], '6d00'],
    ['an unknown class', ['80a4080c 04 11001102'], '6e00'],
    ['a read with nothing selected', ['00b00000 00'], '6986'],
    ['a read behind the end', ['00a4080c 04 11001102', '00b00191 00'], '6b00'],
    ['a read at the end', ['00a4080c 04 11001102', '00b00190 00'], '6282'],
    ['a signature without PIN', [RESTORE, SET, SIGN], '6982'],
    ['a signature without environment', [VERIFY, SIGN], '6985'],
    ['a key without environment', [VERIFY, SET], '6985'],
    ['another key', [VERIFY, RESTORE, '0022f1b6 03 830102'], '6a88'],
    ['deciphering with the environment of a signature', [VERIFY, RESTORE, SET, '002a8086 02 0001 00'], '6985'],
    ['too short a block', [VERIFY, RESTORE, SET, '002a9e9a 02 0001 00'], '6700'],
    ['a PIN under another reference', ['00200090 08 3132333435363738'], '6a88'],
    ['lengths that do not add up', ['00a4080c 05 1100'], '6700'],
    ['all as it should be', [VERIFY, RESTORE, SET, SIGN], '9000'],
  ])('%s', (_, apdus, expected) => {
    const card = cardOf()
    expect(apdus.map((apdu) => sw(card, apdu)).at(-1)).toBe(expected)
  })
})

test('a wrong PIN spends a try and takes the verified state away; a reset gives neither back', () => {
  const card = cardOf()
  expect(sw(card, VERIFY)).toBe('9000')
  expect(sw(card, '00200010 08 3030303030303030')).toBe('63c2')
  expect([RESTORE, SET, SIGN].map((apdu) => sw(card, apdu)).at(-1)).toBe('6982')
  card.reset()
  expect(sw(card, '00200010 08 3030303030303030')).toBe('63c1')
  expect(sw(card, '00200010 08 3030303030303030')).toBe('6983')
  expect(sw(card, VERIFY)).toBe('6983')
})

test("IDEMIA's key works in its folder only", () => {
  const card = cardOf('idemia2021')
  const set = '0022f1b6 03 830102'
  expect([VERIFY, RESTORE, set, SIGN].map((apdu) => sw(card, apdu)).at(-1)).toBe('6984')
  expect(['00a4080c 04 14009002', set, SIGN].map((apdu) => sw(card, apdu))).toEqual(['9000', '9000', '9000'])
})

test('files under an application are there once it is selected, until the reset', () => {
  const card = cardOf('st-nfc')
  const select = '00a4080c 04 11001102'
  expect(sw(card, select)).toBe('6a82')
  expect(sw(card, '00a40400 08 a00000009501004d 00')).toBe('9000')
  expect(sw(card, select)).toBe('9000')
  card.reset()
  expect(sw(card, select)).toBe('6a82')
})

test('paths that begin at the current folder', () => {
  const card = cardOf('actalis2025')
  expect(sw(card, '00a40400 0c a000000530000b104001021a 00')).toBe('9000')
  expect(sw(card, '00a4080c 04 11001102')).toBe('6a82')
  expect(sw(card, '00a4090c 04 11001102')).toBe('9000')
})

describe('faults', () => {
  test('answers as with T=0', () => {
    const card = cardOf('ober11', { answersAsT0: true })
    expect(say(card, '00a40800 04 11001102').toString('hex')).toMatch(/^61[0-9a-f]{2}$/)
    expect(say(card, '00c00000 02').toString('hex')).toMatch(/^6f[0-9a-f]{2}61[0-9a-f]{2}$/)
    expect(sw(card, '00b00180 00')).toBe('6c10')
    expect(say(card, '00b00180 10').length).toBe(18)
  })

  test('no chaining', () => {
    const card = cardOf('ober11', { refusesChaining: 0x6884 })
    expect(sw(card, '102a9e9a 01 00')).toBe('6884')
  })

  test('garbage', () => {
    const card = cardOf('ober11', { garbage: true })
    const answers = Array.from({ length: 20 }, () => say(card, RESTORE))
    expect(new Set(answers.map(String)).size).toBeGreaterThan(1)
    for (const { length } of answers) expect(length).toBeGreaterThanOrEqual(2)
  })
})
