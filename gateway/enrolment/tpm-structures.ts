import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

// What a TPM says, read byte by byte (TPM 2.0 Library, part 2). There is no maintained package for it, and tpm2-tools at
// the gateway would hand a stranger's bytes to a parser in C.

const SHA256 = 0x000b
const NULL = 0x0010
const [RSA, KEYEDHASH, ECC] = [0x0001, 0x0008, 0x0023]
const P256 = 0x0003
const ECDSA = 0x0018
/** TPM_GENERATED_VALUE: no key that signs what others bring may sign what begins so. */
const GENERATED = 0xff544347
const [CERTIFY, QUOTE] = [0x8017, 0x8018]
/** TPMA_OBJECT. */
const FIXED_TPM = 1 << 1
const FIXED_PARENT = 1 << 4
const SENSITIVE_DATA_ORIGIN = 1 << 5
const RESTRICTED = 1 << 16
const DECRYPT = 1 << 17
const SIGN = 1 << 18

class Malformed extends Error {}

/** Big-endian, each length before its bytes. */
function reader(bytes: Buffer) {
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Malformed()
    at += length
    return bytes.subarray(at - length, at)
  }
  const u16 = () => take(2).readUInt16BE()
  return {
    take,
    u8: () => take(1).readUInt8(),
    u16,
    u32: () => take(4).readUInt32BE(),
    sized: () => take(u16()),
    end() {
      if (at !== bytes.length) throw new Malformed()
    },
  }
}
type Reader = ReturnType<typeof reader>

/** What `read` makes of these bytes, to their last; null: no such structure. */
function whole<T>(bytes: Buffer, read: (from: Reader) => T): T | null {
  try {
    const from = reader(bytes)
    const value = read(from)
    from.end()
    return value
  } catch (reason) {
    if (reason instanceof Malformed) return null
    throw reason
  }
}

/** A public area: `name` is what a TPM calls the object, a digest over all of it, its attributes too. */
interface PublicArea {
  type: 'rsa' | 'ecc' | 'keyedhash'
  name: Buffer
  attributes: number
  key: KeyObject | null
}

/** An object of a TPM (TPM2B_PUBLIC) of the kinds that enrolment uses; null: another one, or none. */
export function publicIn(base64: string): PublicArea | null {
  const area = whole(Buffer.from(base64, 'base64'), (from) => from.sized())
  return area && whole(area, (from) => areaOf(area, from))
}

function areaOf(area: Buffer, from: Reader): PublicArea {
  const type = from.u16()
  if (from.u16() !== SHA256) throw new Malformed()
  const attributes = from.u32()
  from.sized()
  const name = Buffer.concat([Buffer.from([0, SHA256]), createHash('sha256').update(area).digest()])
  if (type === RSA) return { type: 'rsa', name, attributes, key: rsaKey(from) }
  if (type === ECC) return { type: 'ecc', name, attributes, key: eccKey(from) }
  if (type !== KEYEDHASH || from.u16() !== NULL) throw new Malformed()
  from.sized()
  return { type: 'keyedhash', name, attributes, key: null }
}

function rsaKey(from: Reader): KeyObject {
  // A storage key encrypts what it holds: algorithm, bits, mode.
  if (from.u16() !== NULL) from.take(4)
  if (from.u16() !== NULL || from.u16() !== 2048) throw new Malformed()
  const exponent = from.u32()
  if (exponent !== 0 && exponent !== 65_537) throw new Malformed()
  const n = from.sized()
  if (n.length !== 256) throw new Malformed()
  return keyOf({ kty: 'RSA', n: n.toString('base64url'), e: 'AQAB' })
}

function eccKey(from: Reader): KeyObject {
  if (from.u16() !== NULL || from.u16() !== ECDSA || from.u16() !== SHA256) throw new Malformed()
  if (from.u16() !== P256 || from.u16() !== NULL) throw new Malformed()
  const [x, y] = [from.sized(), from.sized()].map((coordinate) => padded(coordinate).toString('base64url'))
  return keyOf({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' })
}

/** A TPM leaves leading zeros out. */
function padded(coordinate: Buffer): Buffer {
  if (coordinate.length > 32) throw new Malformed()
  return Buffer.concat([Buffer.alloc(32 - coordinate.length), coordinate])
}

function keyOf(jwk: Record<string, string>): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    throw new Malformed()
  }
}

const has = ({ attributes }: PublicArea, wanted: number) => (attributes & wanted) === wanted

/** An endorsement key: it decrypts for its TPM and nothing else. */
export const isEndorsement = (area: PublicArea) =>
  area.type === 'rsa' && has(area, FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | RESTRICTED | DECRYPT)

/** A key that was born in its TPM, never leaves it, and signs nothing but what that TPM itself states. */
export const isAttestation = (area: PublicArea) =>
  area.type === 'ecc' &&
  has(area, FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | RESTRICTED | SIGN) &&
  !has(area, DECRYPT)

/** A secret that only this TPM gives back. It was brought, so that its origin proves nothing. */
export const isSealed = (area: PublicArea) => area.type === 'keyedhash' && has(area, FIXED_TPM | FIXED_PARENT)

type Statement =
  | { of: 'certify'; extra: Buffer; name: Buffer }
  | { of: 'quote'; extra: Buffer; registers: number[]; digest: Buffer }

/** A statement of a TPM (TPMS_ATTEST) about an object or about registers of the SHA-256 bank; null: none. */
export const statementIn = (attest: Buffer): Statement | null =>
  whole(attest, (from) => {
    if (from.u32() !== GENERATED) throw new Malformed()
    const type = from.u16()
    // Whose key signs it; the signature says so better.
    from.sized()
    const extra = from.sized()
    // Clock (8), resets (4), restarts (4), whether the clock is sure (1), firmware (8).
    from.take(25)
    if (type === CERTIFY) {
      const name = from.sized()
      from.sized()
      return { of: 'certify', extra, name }
    }
    if (type !== QUOTE || from.u32() !== 1 || from.u16() !== SHA256) throw new Malformed()
    const bits = from.take(from.u8())
    const registers = [...bits].flatMap((byte, place) =>
      Array.from({ length: 8 }, (_, bit) => bit)
        .filter((bit) => (byte & (1 << bit)) !== 0)
        .map((bit) => 8 * place + bit),
    )
    return { of: 'quote', extra, registers, digest: from.sized() }
  })
