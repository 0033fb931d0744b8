import { constants, createHash, type KeyObject, privateEncrypt, randomBytes } from 'node:crypto'
import { parseTlvs, tlv } from '../tlv.ts'
import type { DhDomain } from './domain.ts'

/** The card's side of Diffie-Hellman and of both device authentications (EN 14890-1, as IAS ECC profiles it). */

export interface RsaPublicKey {
  modulus: bigint
  exponent: bigint
}

/** The authority of terminals: its key, and the name under which their certificates refer to it. */
export interface ExternalAuthority {
  key: RsaPublicKey
  /** Certificate holder reference, 12 bytes; certificates refer to the last 8. */
  holderReference: Uint8Array
  /** Certificate holder authorisation, 7 bytes: application, then role. */
  authorisation: Uint8Array
}

export interface Terminal {
  holderReference: Uint8Array
  key: RsaPublicKey
}

/** RSA-2048 throughout. */
const MODULUS_BYTES = 256
const HASH_BYTES = 32
/** Bytes that ISO 9796-2 can recover from a signature: all but header, hash and trailer. */
const RECOVERED_BYTES = MODULUS_BYTES - HASH_BYTES - 2

/** RSA with SHA-256, authentication of devices (EN 14890-1). */
const TERMINAL_KEY_OID = Buffer.from('2a8122f42a02040104', 'hex')
const TERMINAL_ROLE = 0x01
/** Certificate profile, references, authorisation, OID, modulus, exponent. */
const CERTIFICATE_BYTES = 1 + 8 + 12 + 7 + 9 + MODULUS_BYTES + 4

export const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)

export const toBytes = (value: bigint, length: number): Uint8Array =>
  Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')

/** These values live as long as one test, so the time of a power need not be constant. */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let power = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * power) % modulus
    power = (power * power) % modulus
  }
  return result % modulus
}

export const sha256 = (...parts: Uint8Array[]): Uint8Array => createHash('sha256').update(Buffer.concat(parts)).digest()

export interface KeyAgreement {
  ifdPublic: Uint8Array
  iccPublic: Uint8Array
  encryptionKey: Uint8Array
  macKey: Uint8Array
}

/** Agrees on a secret with the terminal's public value; null when that is no element of the group. */
export function agree(ifdPublic: Uint8Array, { p, g, q }: DhDomain): KeyAgreement | null {
  const modulus = toNumber(p)
  const theirs = toNumber(ifdPublic)
  if (ifdPublic.length !== p.length || theirs === 0n || theirs >= modulus) return null
  const secretExponent = (toNumber(randomBytes(q.length + 8)) % (toNumber(q) - 1n)) + 1n
  const secret = toBytes(modPow(theirs, secretExponent, modulus), p.length)
  const key = (use: number) => sha256(secret, Uint8Array.of(0, 0, 0, use)).subarray(0, 16)
  return {
    ifdPublic: Uint8Array.from(ifdPublic),
    iccPublic: toBytes(modPow(toNumber(g), secretExponent, modulus), p.length),
    encryptionKey: key(1),
    macKey: key(2),
  }
}

/** The card's answer about the group: the values of `tags` (97 g, 98 p, 99 q), in that order. */
export function domainParameters({ g, p, q }: DhDomain, tags: readonly number[]): Uint8Array {
  const values = new Map([
    [0x97, g],
    [0x98, p],
    [0x99, q],
  ])
  const objects = tags.map((tag) => tlv(tag, values.get(tag) ?? new Uint8Array()))
  return tlv(0x70, tlv(0xbfa101, tlv(0xa3, ...objects)))
}

export function authorityObject({ key, holderReference, authorisation }: ExternalAuthority): Uint8Array {
  const exponent = key.exponent.toString(16)
  const template = tlv(
    0x7f49,
    tlv(0x81, toBytes(key.modulus, MODULUS_BYTES)),
    tlv(0x82, toBytes(key.exponent, Math.ceil(exponent.length / 2))),
    tlv(0x5f20, holderReference),
    tlv(0x5f4c, authorisation),
  )
  return tlv(0x70, tlv(0xbfa004, template))
}

/** The terminal that a certificate names (7F21 { 5F37, 5F38, 42 }), if `authority` issued it. */
export function verifyTerminalCertificate(object: Uint8Array, authority: ExternalAuthority): Terminal | null {
  const [certificate] = parseTlvs(object) ?? []
  const parts = certificate?.tag === 0x7f21 ? parseTlvs(certificate.value) : null
  const part = (tag: number) => parts?.find((object) => object.tag === tag)?.value ?? new Uint8Array()
  const authorityReference = Buffer.from(authority.holderReference.subarray(4))
  if (!authorityReference.equals(part(0x42))) return null
  const recovered = recover(part(0x5f37), authority.key)
  if (!recovered) return null
  const body = Buffer.concat([recovered.message, part(0x5f38)])
  if (body.length !== CERTIFICATE_BYTES || !recovered.hash.equals(sha256(body))) return null

  let at = 1
  const next = (length: number) => {
    at += length
    return body.subarray(at - length, at)
  }
  const issuer = next(8)
  const holderReference = next(12)
  const authorisation = next(7)
  const oid = next(TERMINAL_KEY_OID.length)
  const key = { modulus: toNumber(next(MODULUS_BYTES)), exponent: toNumber(next(4)) }
  const expected = Uint8Array.of(...authority.authorisation.subarray(0, 6), TERMINAL_ROLE)
  return issuer.equals(authorityReference) && authorisation.equals(expected) && oid.equals(TERMINAL_KEY_OID)
    ? { holderReference, key }
    : null
}

/** Values that both sides hash besides their own random numbers. */
interface Context {
  agreement: KeyAgreement
  domain: DhDomain
}

/** Whether this terminal signed the card's challenge. `data` is SN.IFD and the signature. */
export function verifyTerminal(
  data: Uint8Array,
  { key, holderReference }: Terminal,
  challenge: Uint8Array,
  { agreement, domain: { g, p, q } }: Context,
): boolean {
  const serial = Buffer.from(data.subarray(0, 8))
  const recovered = recover(data.subarray(8), key)
  if (!recovered || !serial.equals(holderReference.subarray(4))) return false
  const { ifdPublic, iccPublic } = agreement
  return recovered.hash.equals(sha256(recovered.message, ifdPublic, serial, challenge, iccPublic, g, p, q))
}

/** SN.ICC and the card's signature over the terminal's challenge. */
export function authenticateCard(
  key: KeyObject,
  serial: Uint8Array,
  challenge: Uint8Array,
  { agreement, domain: { g, p, q } }: Context,
): Uint8Array {
  const random = randomBytes(RECOVERED_BYTES)
  const { ifdPublic, iccPublic } = agreement
  const hash = sha256(random, iccPublic, serial, challenge, ifdPublic, g, p, q)
  const block = Buffer.concat([Buffer.of(0x6a), random, hash, Buffer.of(0xbc)])
  return Buffer.concat([serial, privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, block)])
}

/** ISO 9796-2 with partial recovery, trailer BC: the message's recoverable part and the hash of the whole. */
function recover(signature: Uint8Array, { modulus, exponent }: RsaPublicKey): { message: Buffer; hash: Buffer } | null {
  const value = toNumber(signature)
  if (signature.length !== MODULUS_BYTES || modulus === 0n || value >= modulus) return null
  const block = Buffer.from(toBytes(modPow(value, exponent, modulus), MODULUS_BYTES))
  if (block[0] !== 0x6a || block.at(-1) !== 0xbc) return null
  return { message: block.subarray(1, 1 + RECOVERED_BYTES), hash: block.subarray(1 + RECOVERED_BYTES, -1) }
}
