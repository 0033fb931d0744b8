import { decode, encode, Tagged } from 'cborg'
import { COSE } from '../../contract/verification.ts'

// A code of 1,041 characters holds 691 bytes; deflated text may be several times as long.
const MAX_BYTES = 4096
const P1363_BYTES = 64

/**
 * Reads CBOR as RFC 8949 §4.2 wants it: nothing indefinite, no key twice, integers at their shortest. Throws otherwise.
 */
const strictly = (bytes: Uint8Array): unknown =>
  decode(bytes, {
    strict: true,
    allowIndefinite: false,
    allowUndefined: false,
    allowInfinity: false,
    allowNaN: false,
    allowBigInt: false,
    useMaps: true,
    rejectDuplicateMapKeys: true,
    tags: Tagged.preserve(COSE.sign1Tag),
  })

/** The same; null where `strictly` throws. */
export function readCbor(bytes: Uint8Array): unknown {
  try {
    return strictly(bytes)
  } catch {
    return null
  }
}

interface Sign1 {
  /** base64url, as in the key list. */
  kid: string
  payload: Uint8Array<ArrayBuffer>
  /** The bytes that the signature covers (RFC 9052 §4.4). */
  signed: Uint8Array<ArrayBuffer>
  signature: Uint8Array<ArrayBuffer>
}

/**
 * Takes a COSE_Sign1 apart without judging its signature. Null unless the protected header has `alg` and `kid` and
 * nothing else, and the unprotected header is empty: an unsigned field must not decide how the rest is checked.
 */
export function openSign1(bytes: Uint8Array): Sign1 | null {
  const message = readCbor(bytes)
  if (!(message instanceof Tagged) || !Array.isArray(message.value) || message.value.length !== 4) return null
  const [header, unprotected, payload, signature]: unknown[] = message.value
  if (!(unprotected instanceof Map) || unprotected.size > 0) return null
  if (![header, payload, signature].every((part) => part instanceof Uint8Array)) return null
  const parts = [header, payload, signature] as [Uint8Array, Uint8Array, Uint8Array]
  const labels = readCbor(parts[0])
  if (!(labels instanceof Map) || labels.size !== 2 || labels.get(COSE.alg) !== COSE.es256) return null
  const kid: unknown = labels.get(COSE.kid)
  if (!(kid instanceof Uint8Array) || parts[2].length !== P1363_BYTES) return null
  return {
    kid: base64url(kid),
    payload: new Uint8Array(parts[1]),
    signed: new Uint8Array(encode(['Signature1', parts[0], new Uint8Array(), parts[1]])),
    signature: new Uint8Array(parts[2]),
  }
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const ZLIB = 0x78

/** Undoes zlib (RFC 1950) where its first byte says so; null if broken or beyond what a code may hold. */
export async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null> {
  if (bytes[0] !== ZLIB) return bytes
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate')).getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length
      if (length > MAX_BYTES) {
        await reader.cancel()
        return null
      }
      chunks.push(next.value)
    }
  } catch {
    return null
  }
  const whole = new Uint8Array(length)
  chunks.reduce((at, chunk) => {
    whole.set(chunk, at)
    return at + chunk.length
  }, 0)
  return whole
}
