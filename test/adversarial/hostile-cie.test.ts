import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { cardFailure, cieReadout, loginProof } from '../../contract/device.ts'
import { type CieCard, type ExternalKey, loadExternalKey, loginCie, readCie } from '../../native/card/cie/index.ts'
import { openChannel, type PinProgress } from '../../native/card/transport.ts'
import { type CieOptions, cieOf } from '../../simulator/card/cie/cie.ts'
import { CIE_PROFILES } from '../../simulator/card/cie/profiles.ts'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { PKI } from '../support/pki.ts'

// An attacker who puts a chip on the reader, or stands between the two, chooses every byte that comes back.
let key: ExternalKey
let good: CieCard
beforeAll(async () => {
  await makePki(PKI)
  const external = loadExternalKey(join(PKI, 'cie/external-key.bin'), { testTrust: true })
  if (external.state !== 'ready') throw new Error(external.state)
  key = external.key
  good = await readGoodCard()
})

const ID = 'mario-rossi'
const never = new AbortController().signal
type Transmit = (apdu: Uint8Array) => Uint8Array
const channelTo = (transmit: Transmit) => openChannel({ transmit: async (apdu) => transmit(apdu) }, never)
const isVerify = (apdu: Uint8Array) => apdu[1] === 0x20
const removed = () => Object.assign(new Error('removed'), { code: 'RemovedCard' })

async function readGoodCard() {
  const card = cieOf(ID, PKI)
  const readout = await readCie(channelTo(card.transmit.bind(card)), card.atr)
  if (!readout.ok) throw new Error(readout.error.kind)
  return readout.value.card
}

/** A log-in over `transmit`: how it ended, how far the PIN got, what was sent. Only a card that has left may throw. */
async function logIn(transmit: Transmit, atr: Uint8Array) {
  const progress: PinProgress = { pin: 'not-sent' }
  const pin = Uint8Array.from(Buffer.from(DEFAULT_PIN))
  const sent: Uint8Array[] = []
  const channel = channelTo((apdu) => {
    sent.push(apdu)
    return transmit(apdu)
  })
  let gone = false
  const result = await loginCie(channel, { ...good, atr }, pin, randomBytes(32), key, progress).catch((reason) => {
    if (!(reason instanceof Error && 'code' in reason && reason.code === 'RemovedCard')) throw reason
    gone = true
    return null
  })
  if (result?.ok) loginProof.parse(result.value)
  else if (result) cardFailure.parse(result.error)
  expect(pin).toEqual(new Uint8Array(8))
  const verifies = sent.filter(isVerify).length
  expect(verifies).toBeLessThanOrEqual(1)
  return { result, gone, progress: progress.pin, verifies, sent }
}

const login = async (options: CieOptions, change: (answer: Uint8Array, index: number) => Uint8Array) => {
  const card = cieOf(ID, PKI, options)
  card.transmit(Buffer.from('00a4040c06a00000000039', 'hex'))
  let index = 0
  const outcome = await logIn((apdu) => change(card.transmit(apdu), index++), card.atr)
  return { ...outcome, triesLeft: card.triesLeft }
}

/** Answers that parsers accept for long: right status words and objects, in any order. */
const answers = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 258 }),
    fc
      .tuple(
        fc.oneof(fc.uint8Array({ maxLength: 256 }), fc.constant(Buffer.from('123456789012'))),
        fc.constantFrom('9000', '6282', '61ff', '6100', '6c01', '6700', '6a82', '6a88', '6b00', '6985', '6988', '63c2'),
      )
      .map(([data, sw]) => Buffer.concat([data, Buffer.from(sw, 'hex')])),
    fc
      .constantFrom(
        '9000',
        '3082ffff9000',
        '3082010a0282010100c19000',
        '7782ffff9000',
        '77009000',
        '70820110bfa101820108a3820104978201009000',
        '990290008e0800000000000000009000',
        '8701019000',
      )
      .map((hex) => Buffer.from(hex, 'hex')),
  ),
  { minLength: 1, maxLength: 60 },
)
const atrs = fc.oneof(
  fc.uint8Array({ maxLength: 33 }),
  fc.constantFrom(...Object.values(CIE_PROFILES).map(({ atr }) => Uint8Array.from(Buffer.from(atr, 'hex')))),
)

/** Gives these answers in turn and then leaves. */
function says(script: readonly Uint8Array[]): Transmit {
  let next = 0
  return () => {
    const answer = script[next++]
    // An answer without a status word means that the card has left; the channel reports that itself.
    if (!answer || answer.length < 2) throw removed()
    return answer
  }
}

test('reading a card that answers anything ends in a readout or a named refusal', async () => {
  await fc.assert(
    fc.asyncProperty(answers, atrs, async (script, atr) => {
      const result = await readCie(channelTo(says(script)), atr).catch((reason) => {
        if (!(reason instanceof Error && 'code' in reason && reason.code === 'RemovedCard')) throw reason
        return null
      })
      if (result?.ok) cieReadout.parse(result.value.readout)
      else if (result) cardFailure.parse(result.error)
    }),
    { numRuns: 500 },
  )
})

test('a card that answers anything never gets the PIN', async () => {
  await fc.assert(
    fc.asyncProperty(answers, atrs, async (script, atr) => {
      const { result, verifies, progress } = await logIn(says(script), atr)
      expect(result?.ok ?? false).toBe(false)
      expect([verifies, progress]).toEqual([0, 'not-sent'])
    }),
    { numRuns: 300 },
  )
})

test('a card pulled at any APDU: the result says whether a try may be spent', async () => {
  const whole = await login({}, (answer) => answer)
  expect(whole.result?.ok).toBe(true)
  const verifyAt = whole.sent.findIndex(isVerify)
  for (let pullAt = 0; pullAt < whole.sent.length; pullAt++) {
    const { gone, progress } = await login({}, (answer, index) => {
      if (index === pullAt) throw removed()
      return answer
    })
    expect(gone).toBe(true)
    const expected = pullAt < verifyAt ? 'not-sent' : pullAt === verifyAt ? 'in-flight' : 'accepted'
    expect(progress, `pulled at APDU ${pullAt}`).toBe(expected)
  }
})

test.each(['gemalto', 'nxp'] as const)('one bit changed in any answer of a %s card never passes', async (profile) => {
  const { sent } = await login({ profile }, (answer) => answer)
  const firstProtected = sent.findIndex((apdu) => apdu[0] === 0x0c)
  await fc.assert(
    fc.asyncProperty(fc.nat(sent.length - 1), fc.nat(), async (at, bit) => {
      let data = true
      const { result, verifies } = await login({ profile }, (answer, index) => {
        if (index !== at) return answer
        // The last two bytes are the status word of the transport, which another test changes.
        const bits = (answer.length - 2) * 8
        data = bits > 0
        return Uint8Array.from(answer, (byte, i) => (data && i === (bit % bits) >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      })
      if (data && at >= firstProtected)
        expect(result).toEqual({ ok: false, error: { kind: 'secure-messaging-failed' } })
      // Some bytes in clear mean nothing, and the driver asks again for what it cannot read. The card proves the rest.
      else if (!result?.ok) expect(verifies).toBe(0)
    }),
    { numRuns: 60 },
  )
})

test('a status word changed on the way never costs a try', async () => {
  const words = [0x9000, 0x6282, 0x63c2, 0x6700, 0x6982, 0x6983, 0x6985, 0x6988, 0x6a82, 0x6b00, 0x6c10, 0x6f00, 0x6110]
  await fc.assert(
    fc.asyncProperty(fc.nat(32), fc.constantFrom(...words), async (at, sw) => {
      const { triesLeft } = await login({}, (answer, index) =>
        index === at ? Uint8Array.of(...answer.subarray(0, -2), sw >> 8, sw & 0xff) : answer,
      )
      expect(triesLeft).toBe(3)
    }),
    { numRuns: 60 },
  )
})

test('random bytes from any APDU on end in a refusal', async () => {
  for (let from = 1; from < 33; from += 4) {
    const { result } = await login({ faults: { garbageFrom: from } }, (answer) => answer)
    expect(result?.ok ?? false).toBe(false)
  }
})
