import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cieOf } from '../../simulator/card/cie/cie.ts'
import { type CnsOptions, cnsOf, DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { insertCard } from '../../simulator/card/insert.ts'
import { type Pcscd, startPcscd } from '../../simulator/card/pcscd.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type DrivenReader, driveReader, expectGoodLogin, expectSigned, failure } from '../support/card/log-in.ts'
import { PKI } from '../support/pki.ts'

// A reader with a keypad of its own (PC/SC part 10), through the real PC/SC service.
const CONTACT = 0
const CONTACTLESS = 1
/** The PINs to be typed, in turn; '' is the cancel key. */
const keys: string[] = []
/** How often the keypad has lit up. */
let asked = 0

let pcscd: Pcscd
let reader: DrivenReader
beforeAll(async () => {
  await makePki(PKI)
  pcscd = await startPcscd({
    keypad: async () => {
      asked += 1
      return keys.shift() ?? null
    },
  })
  reader = driveReader(pcscd.socket)
})
afterAll(async () => {
  await reader.stop()
  await pcscd.stop()
})
beforeEach(() => {
  keys.length = 0
  asked = 0
  return reader.until('empty')
})

async function withCard<T>(options: CnsOptions, work: (card: ReturnType<typeof cnsOf>) => Promise<T>): Promise<T> {
  const card = cnsOf('anna-bianchi', PKI, options)
  const inserted = await insertCard(card, pcscd.ports[CONTACT])
  try {
    await reader.until('present')
    return await work(card)
  } finally {
    await inserted.remove()
  }
}

/** Reads the card and logs in with what is typed. */
async function logIn(...typed: string[]) {
  keys.push(...typed)
  const challenge = randomBytes(32)
  const readout = await reader.read()
  if (!readout.ok) throw new Error(readout.error.kind)
  expect(readout.value.pinPad).toBe(true)
  return { proof: await reader.login(null, challenge), readout: readout.value, challenge }
}

test.each<[string, CnsOptions, number]>([
  ['the standard reference', {}, 1],
  ["ST Incard's reference", { profile: 'incard11' }, 1],
  ['a PIN that is found by its other reference is asked for once more', { faults: { otherPinReference: true } }, 2],
])('a PIN typed at the reader: %s', (_, options, times) =>
  withCard(options, async () => {
    const { proof, readout, challenge } = await logIn(DEFAULT_PIN, DEFAULT_PIN)
    expectSigned(proof, readout, challenge)
    expect(asked).toBe(times)
  }),
)

test('a short PIN is padded by the reader', () =>
  withCard({ pin: '54321' }, async () => {
    const { proof, readout, challenge } = await logIn('54321')
    expectSigned(proof, readout, challenge)
  }))

describe('only a PIN reaches the card', () => {
  test.each([
    ['cancelled', ''],
    ['too short', '1234'],
    ['too long', '123456789'],
  ])('%s', (_, typed) =>
    withCard({}, async (card) => {
      expect((await logIn(typed)).proof).toEqual(failure('pin-not-entered'))
      expect(card.triesLeft).toBe(3)
      const { proof, readout, challenge } = await logIn(DEFAULT_PIN)
      expectSigned(proof, readout, challenge)
    }),
  )
})

test('the totem reports the card’s own count of wrong PINs, and the last one blocks the card', () =>
  withCard({}, async (card) => {
    expect((await logIn('00000000')).proof).toEqual(failure('wrong-pin', { triesLeft: 2 }))
    expect((await logIn('00000')).proof).toEqual(failure('wrong-pin', { triesLeft: 1 }))
    expect((await logIn('00000000')).proof).toEqual(failure('pin-blocked'))
    expect((await logIn(DEFAULT_PIN)).proof).toEqual(failure('pin-blocked'))
    expect(card.triesLeft).toBe(0)
    expect(asked).toBe(4)
  }))

test('the screen may still take the PIN', () =>
  withCard({}, async () => {
    await expectGoodLogin(reader, 'anna-bianchi')
    expect(asked).toBe(0)
  }))

test("a CIE's PIN is never typed there: it goes through secure messaging", async () => {
  const inserted = await insertCard(cieOf('mario-rossi', PKI), pcscd.ports[CONTACTLESS])
  await reader.until('present')
  expect(await reader.read()).toMatchObject({ ok: true, value: { card: 'cie', pinPad: false } })
  expect(await reader.login(null, randomBytes(32))).toMatchObject({ ok: false })
  expect(asked).toBe(0)
  await inserted.remove()
})
