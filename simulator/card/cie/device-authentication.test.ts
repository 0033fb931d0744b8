import { constants, generateKeyPairSync, privateEncrypt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTlvs, tlv } from '../tlv.ts'
import {
  agree,
  modPow,
  sha256,
  toBytes,
  toNumber,
  verifyTerminal,
  verifyTerminalCertificate,
} from './device-authentication.ts'
import { DH_DOMAIN, EF_DH } from './domain.ts'
import { authorityOf, publicKeyFor, publicKeyOf } from './external-authority.ts'

const { cie_dapp: vector } = JSON.parse(
  readFileSync(new URL('../../../test/vectors/cards.json', import.meta.url), 'utf8'),
)
const hex = (text: string) => Buffer.from(text, 'hex')
const domain = { g: hex(vector.g), p: hex(vector.p), q: hex(vector.q) }
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = publicKeyOf(publicKey.export({ format: 'pem', type: 'spki' }).toString())

test('both sides of the worked example agree', () => {
  const secret = toBytes(modPow(toNumber(hex(vector.icc_public)), BigInt(vector.ifd_private), toNumber(domain.p)), 256)
  expect(Buffer.from(secret).toString('hex')).toBe(vector.shared_secret)
  const keyOf = (use: number, of: Uint8Array) => Buffer.from(sha256(of, Uint8Array.of(0, 0, 0, use)).subarray(0, 16))
  expect(keyOf(1, secret).toString('hex')).toBe(vector.k_enc)
  expect(keyOf(2, secret).toString('hex')).toBe(vector.k_mac)

  const card = agree(hex(vector.ifd_public), domain)
  if (!card) throw new Error('no agreement')
  const theirs = toBytes(modPow(toNumber(card.iccPublic), BigInt(vector.ifd_private), toNumber(domain.p)), 256)
  expect(card.encryptionKey).toEqual(keyOf(1, theirs))
  expect(card.macKey).toEqual(keyOf(2, theirs))
})

test('the proof of the worked example is accepted, and none that differs', () => {
  const block = hex(vector.external_auth_block_before_rsa)
  const signature = privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, block)
  const proof = Buffer.concat([hex(vector.sn_ifd), signature])
  const agreement = {
    ifdPublic: hex(vector.ifd_public),
    iccPublic: hex(vector.icc_public),
    encryptionKey: hex(vector.k_enc),
    macKey: hex(vector.k_mac),
  }
  const terminal = { holderReference: Buffer.concat([Buffer.alloc(4), hex(vector.sn_ifd)]), key }
  const isProved = (given: Uint8Array, challenge = hex(vector.card_challenge)) =>
    verifyTerminal(given, terminal, challenge, { agreement, domain })
  expect(isProved(proof)).toBe(true)
  expect(isProved(proof, Buffer.alloc(8))).toBe(false)
  fc.assert(
    fc.property(fc.nat(proof.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      expect(isProved(Uint8Array.from(proof, (byte, index) => (index === at ? byte ^ change : byte)))).toBe(false)
    }),
  )
})

test('random bytes are no certificate', () => {
  const authority = authorityOf(key)
  const part = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(part, part, (signature, rest) => {
      expect(verifyTerminalCertificate(signature, authority)).toBeNull()
      const reference = authority.holderReference.subarray(4)
      const object = tlv(0x7f21, tlv(0x5f37, signature), tlv(0x5f38, rest), tlv(0x42, reference))
      expect(verifyTerminalCertificate(object, authority)).toBeNull()
    }),
  )
})

test('a public key is found for any odd private exponent', () => {
  const exponent = Buffer.alloc(256, 0x7b)
  const { modulus, exponent: e } = publicKeyFor(exponent)
  expect(modulus >> 2047n).toBe(1n)
  expect(modPow(modPow(42n, toNumber(exponent), modulus), e, modulus)).toBe(42n)
  expect(() => publicKeyFor(Buffer.alloc(256, 0x7a))).toThrow(RangeError)
})

test('the group of the cards is one: g generates the subgroup of order q', () => {
  const [p, g, q] = [DH_DOMAIN.p, DH_DOMAIN.g, DH_DOMAIN.q].map(toNumber)
  if (!p || !g || !q) throw new Error('no group')
  expect((p - 1n) % q).toBe(0n)
  expect(modPow(g, q, p)).toBe(1n)
  expect(g).toBeGreaterThan(1n)
  expect(parseTlvs(EF_DH)?.[0]?.tag).toBe(0x30)
})
