import { constants, generateKeyPairSync, privateEncrypt, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Agreement,
  authenticatedCounter,
  isCardProof,
  sessionKeys,
  terminalProof,
} from './device-authentication.ts'
import { isOfOrderQ } from './keys.ts'
import { recoveryBlock, sha256 } from './message-recovery.ts'
import { power, toBigInt, toBytes } from './modular.ts'

const vectors = JSON.parse(readFileSync(new URL('../../../test/vectors/cards.json', import.meta.url), 'utf8')) as {
  cie_dapp: Record<
    | 'p'
    | 'g'
    | 'q'
    | 'ifd_private'
    | 'icc_private'
    | 'ifd_public'
    | 'icc_public'
    | 'shared_secret'
    | 'k_enc'
    | 'k_mac'
    | 'card_challenge'
    | 'prnd'
    | 'external_auth_hash'
    | 'external_auth_block_before_rsa',
    string
  > & { ssc_after_dapp_example: { card_challenge: string; rnd_ifd: string; ssc: string } }
  cie_secure_messaging: { shared_secret_hex: string; k_enc: string; k_mac: string }
}
const vector = vectors.cie_dapp

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const domain = { g: bytesOf(vector.g), p: bytesOf(vector.p), q: bytesOf(vector.q) }
const agreement: Agreement = {
  domain,
  terminalPublic: bytesOf(vector.ifd_public),
  cardPublic: bytesOf(vector.icc_public),
}

test('the worked example of the agreement: public keys, secret and session keys', () => {
  const [g, p] = [toBigInt(domain.g), toBigInt(domain.p)]
  const [terminal, card] = [BigInt(vector.ifd_private), BigInt(vector.icc_private)]
  expect(hex(toBytes(power(g, terminal, p), 256))).toBe(vector.ifd_public)
  expect(hex(toBytes(power(g, card, p), 256))).toBe(vector.icc_public)
  expect(isOfOrderQ(agreement.cardPublic, domain)).toBe(true)
  const secret = toBytes(power(toBigInt(agreement.cardPublic), terminal, p), 256)
  expect(hex(secret)).toBe(vector.shared_secret)
  const { encryptionKey, macKey } = sessionKeys(secret)
  expect([hex(encryptionKey), hex(macKey)]).toEqual([vector.k_enc, vector.k_mac])
})

test('the worked example of session keys', () => {
  const { shared_secret_hex, k_enc, k_mac } = vectors.cie_secure_messaging
  const { encryptionKey, macKey } = sessionKeys(bytesOf(shared_secret_hex))
  expect([hex(encryptionKey), hex(macKey)]).toEqual([k_enc, k_mac])
})

test('the worked example of what the terminal signs', () => {
  const block = terminalProof(agreement, bytesOf(vector.card_challenge), bytesOf(vector.prnd))
  expect(hex(block)).toBe(vector.external_auth_block_before_rsa)
  expect(hex(block.subarray(-33, -1))).toBe(vector.external_auth_hash)
})

test('the worked example of the counter after the authentication', () => {
  const { card_challenge, rnd_ifd, ssc } = vector.ssc_after_dapp_example
  expect(hex(authenticatedCounter(bytesOf(card_challenge), bytesOf(rnd_ifd)))).toBe(ssc)
})

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk = privateKey.export({ format: 'jwk' })
const key = { modulus: Uint8Array.from(Buffer.from(jwk.n ?? '', 'base64url')), exponent: 65537n }
const challenge = bytesOf('a1a2a3a4a5a6a7a8')
const cardSerial = bytesOf('0001020304050607')

/** The answer of a chip with that key to the challenge. */
function cardProof({ recoverable = randomBytes(222), toChallenge = challenge, over = agreement } = {}): Uint8Array {
  const { g, p, q } = over.domain
  const hash = sha256(recoverable, over.cardPublic, cardSerial, toChallenge, over.terminalPublic, g, p, q)
  const block = recoveryBlock(recoverable, hash)
  return Buffer.concat([cardSerial, privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block)])
}

test('a chip that signs our challenge in this channel has proved its key', () => {
  expect(isCardProof(cardProof(), key, agreement, challenge)).toBe(true)
})

test.each([
  ['that of an earlier challenge', cardProof({ toChallenge: bytesOf('0000000000000000') })],
  ['that of another channel', cardProof({ over: { ...agreement, terminalPublic: bytesOf(vector.icc_public) } })],
  ['that of another group', cardProof({ over: { ...agreement, domain: { ...domain, q: bytesOf('07') } } })],
  ['none', new Uint8Array()],
  ['a serial number alone', cardSerial],
  ['zeros', new Uint8Array(264)],
  ['more than the modulus', new Uint8Array(264).fill(0xff)],
])('a proof that is %s is the proof of a clone', (_, proof) => {
  expect(isCardProof(proof, key, agreement, challenge)).toBe(false)
})

test('a proof of another key is that of a clone', () => {
  const other = { ...key, modulus: Uint8Array.from(key.modulus, (byte, i) => (i === 100 ? byte ^ 1 : byte)) }
  expect(isCardProof(cardProof(), other, agreement, challenge)).toBe(false)
})

test('whatever a chip answers, it proves nothing by chance', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (answer) => {
      expect(isCardProof(answer, key, agreement, challenge)).toBe(false)
    }),
  )
})
