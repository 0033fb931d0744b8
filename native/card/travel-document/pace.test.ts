import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { agree, GENERATOR, keyPair, mapGenerator } from './group.ts'
import { decrypt, passwordKey, sessionKeys, tokenOver } from './pace.ts'

const { pace_dh_gm_3des_param2: vector, emrtd } = JSON.parse(
  readFileSync(new URL('../../../test/vectors/cards.json', import.meta.url), 'utf8'),
)
const bytes = (hex: string) => Buffer.from(hex, 'hex')
const asHex = (value: Uint8Array | null) => value && Buffer.from(value).toString('hex')

test('the worked example of PACE, as the totem', () => {
  expect(asHex(passwordKey(emrtd.can))).toBe(emrtd.pace_k_pi_3des_from_can)
  expect(asHex(decrypt(passwordKey(emrtd.can), bytes(vector.encrypted_nonce)))).toBe(vector.nonce)

  const mapping = keyPair(GENERATOR, BigInt(vector.map_priv_ifd))
  expect(asHex(mapping.publicKey)).toBe(vector.map_pub_ifd)
  const generator = mapGenerator(bytes(vector.nonce), agree(mapping, bytes(vector.map_pub_icc)) ?? bytes('00'))
  expect(generator).toBe(BigInt(`0x${vector.mapped_generator}`))

  const ephemeral = keyPair(generator, BigInt(vector.eph_priv_ifd))
  expect(asHex(ephemeral.publicKey)).toBe(vector.eph_pub_ifd)
  const secret = agree(ephemeral, bytes(vector.eph_pub_icc))
  expect(asHex(secret)).toBe(vector.shared_K)

  const { encryptionKey, macKey } = sessionKeys(bytes(vector.shared_K))
  expect([asHex(encryptionKey), asHex(macKey)]).toEqual([vector.ks_enc, vector.ks_mac])
  expect(asHex(tokenOver(bytes(vector.eph_pub_icc), macKey))).toBe(vector.token_ifd)
  expect(asHex(tokenOver(bytes(vector.eph_pub_ifd), macKey))).toBe(vector.token_icc)
})

test("keys are derived as in ICAO's examples by the machine-readable zone", () => {
  const digest = createHash('sha1').update(emrtd.mrz_information).digest()
  expect(asHex(passwordKey(digest.toString('latin1')))).toBe(emrtd.pace_k_pi_from_mrz)
  const seed = digest.subarray(0, 16)
  expect(asHex(seed)).toBe(emrtd.bac_kseed)
  const { encryptionKey, macKey } = sessionKeys(seed)
  expect([asHex(encryptionKey), asHex(macKey)]).toEqual([emrtd.bac_kenc_no_parity, emrtd.bac_kmac_no_parity])
})

const element = (lastByte: number) => new Uint8Array(256).fill(lastByte, -1)

test.each([
  ['nothing', new Uint8Array()],
  ['zero', element(0)],
  ['one', element(1)],
  ['outside the subgroup of order q', element(2)],
  ['beyond p', new Uint8Array(256).fill(255)],
  ['a byte too long', bytes(`00${vector.map_pub_icc}`)],
  ['a byte too short', bytes(vector.map_pub_icc).subarray(1)],
])('a public key of the card that is %s is refused', (_name, theirs) => {
  expect(agree(keyPair(GENERATOR), theirs)).toBeNull()
})

test('two of our own keys agree', () => {
  const [one, other] = [keyPair(GENERATOR), keyPair(GENERATOR)]
  expect(agree(one, other.publicKey)).toEqual(agree(other, one.publicKey))
})
