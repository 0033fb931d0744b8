import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCommand } from './command.ts'
import { CardSecureMessaging, pad, retailMac } from './secure-messaging.ts'

const { cie_secure_messaging: vector } = JSON.parse(
  readFileSync(new URL('../../test/vectors/cards.json', import.meta.url), 'utf8'),
)
const hex = (text: string) => Buffer.from(text, 'hex')

const open = (sendSequenceCounter: Uint8Array = hex(vector.ssc_before)) =>
  new CardSecureMessaging({ encryptionKey: hex(vector.k_enc), macKey: hex(vector.k_mac), sendSequenceCounter })

const commandOf = (text: string) => {
  const command = parseCommand(hex(text))
  if (!command) throw new Error(`no command: ${text}`)
  return command
}

test('the PIN comes out of its envelope and the answer goes into one', () => {
  const channel = open()
  expect(channel.unwrap(commandOf(vector.verify_pin_protected))).toEqual({
    ok: true,
    value: { ...commandOf(vector.verify_pin_plain), le: null },
  })
  expect(Buffer.from(channel.wrap(new Uint8Array(), 0x9000)).toString('hex')).toBe(vector.response_9000)
  const read = channel.unwrap(commandOf(vector.read_binary_protected))
  expect(read).toEqual({ ok: true, value: commandOf(vector.read_binary_plain) })
  const answered = channel.wrap(hex(vector.read_response_plain), 0x9000)
  expect(Buffer.from(answered).toString('hex')).toBe(vector.read_response_protected)
})

test('a counter set anew answers as a fresh channel', () => {
  const channel = open(new Uint8Array(8))
  channel.restart(hex(vector.ssc_before))
  expect(channel.unwrap(commandOf(vector.verify_pin_protected)).ok).toBe(true)
})

test('a replayed command is refused', () => {
  const channel = open()
  channel.unwrap(commandOf(vector.verify_pin_protected))
  channel.wrap(new Uint8Array(), 0x9000)
  expect(channel.unwrap(commandOf(vector.verify_pin_protected))).toEqual(refused(0x6988))
})

test('a command without its MAC is refused', () => {
  expect(open().unwrap(commandOf('0cb0000003970180'))).toEqual(refused(0x6987))
})

test('any flipped bit of a protected command is refused', () => {
  const apdu = hex(vector.verify_pin_protected)
  // All but Le, which nothing covers, and the length byte before the objects.
  const covered = fc.integer({ min: 0, max: apdu.length - 2 }).filter((at) => at !== 4)
  fc.assert(
    fc.property(covered, fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const flipped = Buffer.from(apdu)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
      const command = parseCommand(flipped)
      if (command) expect(open().unwrap(command).ok).toBe(false)
    }),
  )
})

test('MAC over the header alone, as the worked example has it', () => {
  const { key, padded_input } = vector.retail_mac
  expect(retailMac(hex(key), hex(padded_input))).toHaveLength(8)
  expect(Buffer.from(pad(hex(padded_input).subarray(0, 12))).toString('hex')).toBe(padded_input)
})

const refused = (sw: number) => ({ ok: false, error: { kind: 'refused', sw } })
