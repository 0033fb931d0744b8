import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openChannel } from '../transport.ts'
import { readTravelDocument } from './index.ts'

const CAN = '123456'
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const CARD_ACCESS = '3114 3012 060a 04007f00070202040101 020102 020102 9000'

/** A card that gives these answers in turn, and the last one for ever. */
function scripted(...answers: (Uint8Array | Error)[]) {
  const sent: string[] = []
  const channel = openChannel(
    {
      transmit: async (apdu) => {
        sent.push(Buffer.from(apdu).toString('hex'))
        const next = answers.length > 1 ? answers.shift() : answers[0]
        if (next instanceof Error) throw next
        return next ?? hex('6f00')
      },
    },
    new AbortController().signal,
  )
  return { channel, sent }
}

const cardError = (step: string, sw: string | null) => ({ kind: 'card-error', step, sw })
const NONCE = '7c0a 8008 0102030405060708 9000'

test.each([
  ['no travel document, neither here nor below the MF', ['6a82', '9000', '6a82'], { kind: 'card-unknown' }],
  ['EF.CardAccess may not be read', ['9000', '6982'], cardError('card-access', '6982')],
  ['EF.CardAccess is something else', ['9000', '3000 9000'], cardError('card-access', null)],
  ['EF.CardAccess is cut', ['9000', '3114 6282', '9000'], cardError('card-access', null)],
  ['elliptic curves only', ['9000', CARD_ACCESS.replace('0101', '0202')], cardError('pace-unsupported', null)],
  ['PACE refused', ['9000', CARD_ACCESS, '6a80'], cardError('pace-start', '6A80')],
  ['PACE begun before without a reset', ['9000', CARD_ACCESS, '9000', '6985'], cardError('pace-nonce', '6985')],
  ['a nonce of no known length', ['9000', CARD_ACCESS, '9000', '7c03 8001 01 9000'], cardError('pace-nonce', null)],
  ['no nonce', ['9000', CARD_ACCESS, '9000', '9000'], cardError('pace-nonce', null)],
  ['extended length refused', ['9000', CARD_ACCESS, '9000', NONCE, '6700'], { kind: 'reader-not-capable' }],
  ['extended length not carried', ['9000', CARD_ACCESS, '9000', NONCE, '6985'], { kind: 'reader-not-capable' }],
  ['no key', ['9000', CARD_ACCESS, '9000', NONCE, '7c00 9000'], cardError('pace-map', null)],
  ['a key too short', ['9000', CARD_ACCESS, '9000', NONCE, '7c03 8201 02 9000'], cardError('pace-map-key', null)],
])('%s', async (_name, answers, error) => {
  const { channel } = scripted(...answers.map(hex), hex('6f00'))
  expect(await readTravelDocument(channel, CAN)).toEqual({ ok: false, error })
})

const pcscError = (code: string) => Object.assign(new Error(code), { code })

test('a reader that fails at an extended APDU though its card still answers is not capable', async () => {
  const script = [...['9000', CARD_ACCESS, '9000', NONCE].map(hex), pcscError('NotTransacted')]
  const { channel } = scripted(...script, hex('9000'))
  expect(await readTravelDocument(channel, CAN)).toEqual({ ok: false, error: { kind: 'reader-not-capable' } })
})

test('a card pulled at an extended APDU is a card pulled', async () => {
  const script = [...['9000', CARD_ACCESS, '9000', NONCE].map(hex), pcscError('NotTransacted')]
  const { channel } = scripted(...script, pcscError('RemovedCard'))
  await expect(readTravelDocument(channel, CAN)).rejects.toThrow('NotTransacted')
})

test('asks by the CAN, with the first key in one extended APDU', async () => {
  const { channel, sent } = scripted(...['9000', CARD_ACCESS, '9000', NONCE].map(hex), hex('6700'))
  await readTravelDocument(channel, CAN)
  expect(sent.slice(0, 4)).toEqual([
    '00a4020c02011c',
    '00b0000000',
    '0022c1a40f800a04007f00070202040101830102',
    '10860000027c0000',
  ])
  expect(sent[4]).toMatch(/^108600000001087c82010481820100[0-9a-f]{512}0000$/)
})

test('whatever a card answers is a failure with a name', async () => {
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ maxLength: 40 }).map((data) => Buffer.concat([data, hex('9000')])),
    fc.constantFrom(...['9000', CARD_ACCESS, NONCE, '6282', '61ff', '6c10', '63c2', '7c00 9000'].map(hex)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 12 }), async (answers) => {
      // The transport refuses an answer without a status word: a card that has left looks like that.
      const { channel } = scripted(...answers.map((bytes) => (bytes.length < 2 ? hex('6f00') : bytes)))
      const result = await readTravelDocument(channel, CAN)
      expect(result.ok).toBe(false)
    }),
  )
})
