import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { cardFailure, cardReadout } from '../../contract/device.ts'
import { type CnsCard, loginCns, readCns } from '../../native/card/cns.ts'
import { LAYOUTS } from '../../native/card/cns-layout.ts'
import type { PinPad } from '../../native/card/pin-pad.ts'
import { openChannel, type PinProgress } from '../../native/card/transport.ts'
import { cnsOf, DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { PKI } from '../support/pki.ts'

// An attacker who puts a chip into the reader chooses every byte that comes back.
beforeAll(() => makePki(PKI))

const never = new AbortController().signal
const hex = (bytes: Uint8Array = new Uint8Array()) => Buffer.from(bytes).toString('hex')
const isVerify = (apdu: Uint8Array) => apdu[1] === 0x20
const notSent = (): PinProgress => ({ pin: 'not-sent' })

/** Cards of every layout after their reading, with Anna's certificate. */
const cards = (): fc.Arbitrary<CnsCard> => {
  const certificate = readFileSync(`${PKI}/cards/anna-bianchi.cert.der`)
  return fc.record({
    atr: fc.uint8Array({ maxLength: 33 }),
    layout: fc.constantFrom(...LAYOUTS),
    certificate: fc.constant(certificate),
  })
}

/** Answers that parsers accept for long: right status words, lengths and headers, in any order. */
const answers = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 258 }),
    fc
      .tuple(
        fc.uint8Array({ maxLength: 256 }),
        fc.constantFrom('9000', '6282', '61ff', '6100', '6c01', '6c00', '6700', '6a82', '6a86', '6a88', '6985', '6e00'),
      )
      .map(([data, sw]) => Buffer.concat([data, Buffer.from(sw, 'hex')])),
    fc
      .constantFrom('3082ffff9000', '308200049000', '3030303146469000', '9000', '6a88', '63c1', '6983')
      .map((hex) => Buffer.from(hex, 'hex')),
  ),
  { minLength: 1, maxLength: 60 },
)

/** A card that gives these answers in turn and then leaves. */
function cardThatSays(script: Uint8Array[], sent: Uint8Array[]) {
  let next = 0
  return openChannel(
    {
      async transmit(apdu) {
        sent.push(Uint8Array.from(apdu))
        const answer = script[next]
        next += 1
        if (!answer) throw Object.assign(new Error('removed'), { code: 'RemovedCard' })
        return answer
      },
    },
    never,
  )
}

const gone = (reason: unknown) => {
  if (!(reason instanceof Error && 'code' in reason)) throw reason
  return null
}

test('reading a card that answers anything ends in a readout or a named refusal', async () => {
  await fc.assert(
    fc.asyncProperty(answers, fc.uint8Array({ maxLength: 33 }), async (script, atr) => {
      const result = await readCns(cardThatSays(script, []), atr, false).catch(gone)
      if (result?.ok) cardReadout.parse(result.value.readout)
      else if (result) cardFailure.parse(result.error)
    }),
    { numRuns: 500 },
  )
})

test('the PIN is sent once, or twice where the first reference holds none, and overwritten', async () => {
  await fc.assert(
    fc.asyncProperty(answers, cards(), async (script, card) => {
      const sent: Uint8Array[] = []
      const pin = Buffer.from(DEFAULT_PIN)
      const progress = notSent()
      const channel = cardThatSays(script, sent)
      const result = await loginCns(channel, card, pin, randomBytes(32), progress).catch(gone)
      if (result && !result.ok) cardFailure.parse(result.error)
      expect(pin.every((digit) => digit === 0)).toBe(true)

      const verifies = sent.flatMap((apdu, index) => (isVerify(apdu) ? [{ apdu, answer: script[index] }] : []))
      expect(verifies.length).toBeLessThanOrEqual(2)
      if (verifies.length === 2) {
        expect(hex(verifies[0]?.answer?.subarray(-2))).toBe('6a88')
        expect(verifies[0]?.apdu[3]).not.toBe(verifies[1]?.apdu[3])
      }
      const last = verifies.at(-1)
      const known = last === undefined || (last.answer !== undefined && last.answer.length >= 2)
      const accepted = hex(last?.answer?.subarray(-2)) === '9000'
      expect(progress.pin).toBe(known ? (accepted ? 'accepted' : 'not-sent') : 'in-flight')
    }),
    { numRuns: 1000 },
  )
})

test('whatever a keypad answers, its log-in ends in a signature or a named refusal', async () => {
  const words = fc.option(
    fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0x9000, 0x6400, 0x6401, 0x6403, 0x6a88, 0x63c2)),
  )
  await fc.assert(
    fc.asyncProperty(answers, cards(), fc.tuple(words, words), async (script, card, said) => {
      const asked: number[] = []
      const pad: PinPad = {
        async verify(reference) {
          asked.push(reference)
          const sw = said[asked.length - 1] ?? null
          return sw === null ? null : { data: new Uint8Array(), sw }
        },
      }
      const sent: Uint8Array[] = []
      const progress = notSent()
      const result = await loginCns(cardThatSays(script, sent), card, pad, randomBytes(32), progress).catch(gone)
      if (result && !result.ok) cardFailure.parse(result.error)
      const last = said[asked.length - 1]
      const known = last === 0x9000 ? 'accepted' : 'not-sent'
      expect(progress.pin).toBe(last === null ? 'in-flight' : known)
      expect(asked.length).toBeLessThanOrEqual(said[0] === 0x6a88 ? 2 : 1)
      // Only the keypad handles the PIN.
      expect(sent.some(isVerify)).toBe(false)
    }),
  )
})

test('a card whose certificate holds no CNS key gets no PIN', async () => {
  const card = cnsOf('anna-bianchi', PKI)
  const channel = openChannel({ transmit: async (apdu) => card.transmit(apdu) }, never)
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificates = [new Uint8Array(), publicKey.export({ format: 'der', type: 'spki' })]
  for (const [layout, certificate] of LAYOUTS.flatMap((place) => certificates.map((der) => [place, der] as const))) {
    const pin = Buffer.from(DEFAULT_PIN)
    expect(await loginCns(channel, { atr: card.atr, layout, certificate }, pin, randomBytes(32), notSent())).toEqual({
      ok: false,
      error: { kind: 'card-error', step: 'certificate-key', sw: null },
    })
    expect(pin.every((digit) => digit === 0)).toBe(true)
  }
  expect(channel.apdus).toBe(0)
})

test('no APDU goes out after an operation was given up', async () => {
  const limit = new AbortController()
  const sent: Uint8Array[] = []
  const card = cnsOf('anna-bianchi', PKI)
  const channel = openChannel(
    {
      async transmit(apdu) {
        sent.push(apdu)
        limit.abort()
        return card.transmit(apdu)
      },
    },
    limit.signal,
  )
  await expect(readCns(channel, card.atr, false)).rejects.toThrow()
  expect(sent.length).toBe(1)
})
