import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { cardFailure, cardReadout } from '../../contract/device.ts'
import { loginCns, readCns } from '../../native/card/cns.ts'
import { openChannel } from '../../native/card/transport.ts'
import { cnsOf, DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { PKI } from '../conformance/reader.ts'

// Whoever puts a chip into the reader chooses every byte that comes back.
beforeAll(() => makePki(PKI))

const never = new AbortController().signal
const isVerify = (apdu: Uint8Array) => apdu[1] === 0x20

/** Answers that get far: right status words, lengths and headers, in any order. */
const answers = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 258 }),
    fc
      .tuple(
        fc.uint8Array({ maxLength: 256 }),
        fc.constantFrom('9000', '6282', '61ff', '6100', '6c01', '6c00', '6700', '6a86', '6985'),
      )
      .map(([data, sw]) => Buffer.concat([data, Buffer.from(sw, 'hex')])),
    fc.constantFrom('3082ffff9000', '308200049000', '3030303146469000', '9000').map((hex) => Buffer.from(hex, 'hex')),
  ),
  { minLength: 1, maxLength: 60 },
)

/** A card that gives these answers in turn, and then has left. */
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

test('reading a card that says anything ends in a readout or a named refusal', async () => {
  await fc.assert(
    fc.asyncProperty(answers, fc.uint8Array({ maxLength: 33 }), async (script, atr) => {
      const result = await readCns(cardThatSays(script, []), atr).catch(gone)
      if (result?.ok) cardReadout.parse(result.value)
      else if (result) cardFailure.parse(result.error)
    }),
    { numRuns: 500 },
  )
})

test('the PIN is sent once at most and overwritten, whatever the card says', async () => {
  const certificate = readFileSync(`${PKI}/cards/anna-bianchi.cert.der`)
  await fc.assert(
    fc.asyncProperty(answers, fc.uint8Array({ maxLength: 33 }), async (script, atr) => {
      const sent: Uint8Array[] = []
      const pin = Buffer.from(DEFAULT_PIN)
      const result = await loginCns(cardThatSays(script, sent), { atr, certificate }, pin, randomBytes(32)).catch(gone)
      if (result && !result.ok) cardFailure.parse(result.error)
      expect(sent.filter(isVerify).length).toBe(1)
      expect(sent.indexOf(sent.find(isVerify) ?? new Uint8Array())).toBe(0)
      expect(pin.every((digit) => digit === 0)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('a certificate whose key is none of a CNS gets no PIN', async () => {
  const card = cnsOf('anna-bianchi', PKI)
  const channel = openChannel({ transmit: async (apdu) => card.transmit(apdu) }, never)
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  for (const certificate of [new Uint8Array(), publicKey.export({ format: 'der', type: 'spki' })]) {
    const pin = Buffer.from(DEFAULT_PIN)
    expect(await loginCns(channel, { atr: card.atr, certificate }, pin, randomBytes(32))).toEqual({
      ok: false,
      error: { kind: 'card-error', step: 'certificate-key', sw: null },
    })
  }
  expect(channel.apdus).toBe(0)
})

test('after a given-up operation not one APDU more goes out', async () => {
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
  await expect(readCns(channel, card.atr)).rejects.toThrow()
  expect(sent.length).toBe(1)
})
