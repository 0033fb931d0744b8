import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  encryptNonce,
  generator,
  mapGenerator,
  newPrivateKey,
  passwordKey,
  publicKey,
  sessionKeys,
  sharedSecret,
  token,
} from './pace.ts'

const { pace_dh_gm_3des_param2: vector, emrtd } = JSON.parse(
  readFileSync(new URL('../../../test/vectors/cards.json', import.meta.url), 'utf8'),
)
const bytes = (hex: string) => Buffer.from(hex.replace('0x', ''), 'hex')
const asHex = (value: Uint8Array | null) => Buffer.from(value ?? []).toString('hex')

test('the worked example of PACE, as its card', () => {
  expect(asHex(passwordKey(emrtd.can))).toBe(emrtd.pace_k_pi_3des_from_can)
  expect(asHex(encryptNonce(bytes(emrtd.pace_k_pi_3des_from_can), bytes(vector.nonce)))).toBe(vector.encrypted_nonce)
  expect(asHex(publicKey(generator(), BigInt(vector.map_priv_icc)))).toBe(vector.map_pub_icc)
  const secret = sharedSecret(bytes(vector.map_pub_ifd), BigInt(vector.map_priv_icc)) ?? new Uint8Array()
  const mapped = mapGenerator(bytes(vector.nonce), secret)
  expect(asHex(mapped)).toBe(vector.mapped_generator)
  expect(asHex(publicKey(mapped, BigInt(vector.eph_priv_icc)))).toBe(vector.eph_pub_icc)
  const shared = sharedSecret(bytes(vector.eph_pub_ifd), BigInt(vector.eph_priv_icc))
  expect(asHex(shared)).toBe(vector.shared_K)
  const { encryptionKey, macKey } = sessionKeys(bytes(vector.shared_K))
  expect([asHex(encryptionKey), asHex(macKey)]).toEqual([vector.ks_enc, vector.ks_mac])
  expect(asHex(token(macKey, bytes(vector.eph_pub_icc)))).toBe(vector.token_ifd)
  expect(asHex(token(macKey, bytes(vector.eph_pub_ifd)))).toBe(vector.token_icc)
})

test.each([
  ['zero', new Uint8Array(256)],
  ['one', new Uint8Array(256).fill(1, -1)],
  ['outside the subgroup', new Uint8Array(256).fill(2, -1)],
  ['beyond p', new Uint8Array(256).fill(255)],
  ['a short one', Uint8Array.of(4)],
])('a public key that is %s is refused', (_name, theirs) => {
  expect(sharedSecret(theirs, newPrivateKey())).toBeNull()
})
