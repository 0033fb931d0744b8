import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Command } from './apdu.ts'
import { createSecureMessaging, overSecureMessaging, retailMac, SecureMessagingFailure } from './secure-messaging.ts'
import { openChannel } from './transport.ts'

const { cie_secure_messaging: vector } = JSON.parse(
  readFileSync(new URL('../../test/vectors/cards.json', import.meta.url), 'utf8'),
) as {
  cie_secure_messaging: Record<
    | 'k_enc'
    | 'k_mac'
    | 'ssc_before'
    | 'verify_pin_protected'
    | 'response_9000'
    | 'read_binary_protected'
    | 'read_response_plain'
    | 'read_response_protected',
    string
  > & { retail_mac: { key: string; padded_input: string } }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))

/** A session with the keys of the worked examples, to a card that gives these answers one after the other. */
const session = (...answers: Uint8Array[]) => sessionAt(vector.ssc_before, answers)

/** The worked example of READ BINARY follows that of VERIFY. */
const sessionAfterVerify = (...answers: Uint8Array[]) => sessionAt('112233445566778a', answers)

function sessionAt(counter: string, answers: Uint8Array[]) {
  const sent: string[] = []
  const connection = {
    transmit(apdu: Uint8Array) {
      sent.push(hex(apdu))
      return Promise.resolve(answers.shift() ?? bytesOf('6f00'))
    },
  }
  const secure = createSecureMessaging({
    channel: openChannel(connection, new AbortController().signal),
    encryptionKey: bytesOf(vector.k_enc),
    macKey: bytesOf(vector.k_mac),
    sendSequenceCounter: bytesOf(counter),
  })
  return { secure, sent }
}

const verifyPin: Command = { ins: 0x20, p1: 0, p2: 0x81, data: Buffer.from('12345678') }
const read: Command = { ins: 0xb0, p1: 0, p2: 0, le: 0x80 }

test('the worked example of VERIFY and its answer', async () => {
  const { secure, sent } = session(bytesOf(vector.response_9000))
  expect(await secure.send(verifyPin)).toEqual({ data: new Uint8Array(), sw: 0x9000 })
  expect(sent).toEqual([vector.verify_pin_protected])
})

test('the worked example of READ BINARY and its answer', async () => {
  const { secure, sent } = sessionAfterVerify(bytesOf(vector.read_response_protected))
  const { data, sw } = await secure.send(read)
  expect(sent).toEqual([vector.read_binary_protected])
  expect({ data: hex(data), sw }).toEqual({ data: vector.read_response_plain, sw: 0x9000 })
})

test('the checksum of a header alone needs no second padding', async () => {
  const { secure, sent } = session()
  await secure.send({ ins: 0x20, p1: 0, p2: 0x81 })
  const header = bytesOf(vector.retail_mac.padded_input).subarray(0, 12)
  expect(sent).toEqual([`0c2000810a8e08${hex(retailMac(bytesOf(vector.retail_mac.key), header))}00`])
})

test('the PIN is sent once, whatever the card says', async () => {
  for (const sw of ['6c08', '6700', '63c2', '6f00']) {
    const { secure, sent } = session(bytesOf(sw))
    expect((await secure.send(verifyPin)).sw).toBe(Number.parseInt(sw, 16))
    expect(sent).toHaveLength(1)
  }
})

test('an answer of more than 256 bytes is fetched in clear and checked as a whole', async () => {
  const whole = bytesOf(vector.read_response_protected)
  const { secure, sent } = sessionAfterVerify(
    Buffer.concat([whole.subarray(0, 9), bytesOf('6110')]),
    Buffer.concat([whole.subarray(9, 20), bytesOf('6105')]),
    whole.subarray(20),
  )
  expect(hex((await secure.send(read)).data)).toBe(vector.read_response_plain)
  expect(sent.slice(1)).toEqual(['00c0000010', '00c0000005'])
})

test('data of more than E7 bytes goes in pieces, each protected on its own', async () => {
  const { secure, sent } = session(bytesOf(vector.response_9000))
  // The second answer is out of order by now: only the commands that were sent count here.
  await overSecureMessaging(async () => {
    await secure.send({ ins: 0x82, p1: 0, p2: 0, data: new Uint8Array(264) })
    return { ok: true, value: null }
  })
  expect(sent.map((apdu) => apdu.slice(0, 10))).toEqual(['1c820000f6', '0c82000035'])
})

test('with an odd INS the cryptogram has no padding indicator', async () => {
  const { secure, sent } = session()
  await secure.send({ ins: 0xcb, p1: 0x3f, p2: 0xff, data: new Uint8Array(5) })
  expect(sent[0]?.slice(0, 14)).toBe('0ccb3fff148508')
})

const plainAnswers = ['9000', '6282', '6110', '6987', '6988', '6882', '5aa5a5a59000', '990290009000']

test.each(plainAnswers)(
  'the unprotected answer %s is refused, and the channel is dead from then on',
  async (answer) => {
    const { secure, sent } = session(bytesOf(answer), bytesOf('9000'))
    await expect(secure.send(verifyPin)).rejects.toBeInstanceOf(SecureMessagingFailure)
    const apdus = sent.length
    await expect(secure.send(read)).rejects.toBeInstanceOf(SecureMessagingFailure)
    expect(sent).toHaveLength(apdus)
  },
)

test('the failure is the value that callers promise', async () => {
  const { secure } = session(bytesOf('9000'))
  const failed = await overSecureMessaging(async () => ({ ok: true, value: await secure.send(read) }))
  expect(failed).toEqual({ ok: false, error: { kind: 'secure-messaging-failed' } })
})

test('a wiped session sends nothing', async () => {
  const { secure, sent } = session(bytesOf(vector.response_9000))
  secure.wipe()
  await expect(secure.send(verifyPin)).rejects.toBeInstanceOf(SecureMessagingFailure)
  expect(sent).toEqual([])
})

test('any bit flipped in a protected answer is noticed', async () => {
  const answer = bytesOf(vector.read_response_protected)
  // The checksum does not cover the outer status word, which nobody reads.
  for (let bit = 0; bit < (answer.length - 2) * 8; bit++) {
    const flipped = Uint8Array.from(answer)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    await expect(sessionAfterVerify(flipped).secure.send(read), `bit ${bit}`).rejects.toBeInstanceOf(
      SecureMessagingFailure,
    )
  }
})

test('whatever a card answers is an unprotected error or a failure, never a success', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 2, maxLength: 40 }), { maxLength: 40 }), async (answers) => {
      try {
        const { data, sw } = await session(...answers).secure.send(read)
        expect(data).toHaveLength(0)
        expect(sw >> 8).not.toBe(0x90)
      } catch (reason) {
        expect(reason).toBeInstanceOf(SecureMessagingFailure)
      }
    }),
    { numRuns: 500 },
  )
})

test('every piece fits into a short APDU', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 600 }), fc.option(fc.nat(256)), async (data, le) => {
      const { secure, sent } = session()
      await secure.send({ ins: 0x2a, p1: 0, p2: 0xae, data, ...(le === null ? {} : { le }) })
      const apdu = bytesOf(sent[0] ?? '')
      expect(apdu[4]).toBe(apdu.length - 6)
    }),
  )
})
