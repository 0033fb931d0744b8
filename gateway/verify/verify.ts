import { HOUR_MS } from '../../basics/time.ts'
import {
  fromCwt,
  VERIFICATION_CODE_MAX,
  VERIFICATION_PREFIX,
  type VerificationClaims,
  type VerificationKey,
  type VerificationKeys,
} from '../../contract/verification.ts'
import { decodeBase45 } from './base45.ts'
import { inflated, openSign1, readCbor } from './cose.ts'

/** The clock of a totem without a line and that of a phone may differ this much. */
const CLOCK_SKEW_MS = HOUR_MS

/**
 * What a code is worth. `not-genuine`, `unreadable` and `withdrawn` say nothing about the code's content: whoever has a
 * withdrawn key writes what they like.
 */
export type Verdict =
  | { kind: 'genuine'; claims: VerificationClaims }
  | { kind: 'expired'; claims: VerificationClaims; on: string }
  | { kind: 'withdrawn'; totem: string; since: string }
  /**
   * `signer-unknown`: this list has no such key; `signature-wrong`; `not-this-totem`: the code names another totem than
   * its key; `key-not-in-use`: it was issued before or after the totem had this key; `in-the-future`.
   */
  | {
      kind: 'not-genuine'
      reason: 'signer-unknown' | 'signature-wrong' | 'not-this-totem' | 'key-not-in-use' | 'in-the-future'
    }
  /**
   * `other-code`: not a totem's code; `damaged`: cut or mistyped; `malformed`: whole, but no totem writes so;
   * `claims-unknown`: a totem signed words that this verifier does not know.
   */
  | { kind: 'unreadable'; reason: 'other-code' | 'damaged' | 'malformed' | 'claims-unknown' }

/**
 * Judges the text of a code by WebCrypto, in a browser as in Node, and asks nobody. It never throws, and its work and
 * memory are bounded for any text. `keys`: an opened key list (keys.ts).
 */
export async function verifyCode(text: string, { keys }: VerificationKeys, now: Date): Promise<Verdict> {
  const code = text.trim()
  if (!code.startsWith(VERIFICATION_PREFIX)) return { kind: 'unreadable', reason: 'other-code' }
  if (code.length > VERIFICATION_CODE_MAX) return { kind: 'unreadable', reason: 'damaged' }
  const packed = decodeBase45(code.slice(VERIFICATION_PREFIX.length))
  const cose = packed && (await inflated(packed))
  if (!cose) return { kind: 'unreadable', reason: 'damaged' }
  const message = openSign1(cose)
  if (!message) return { kind: 'unreadable', reason: 'malformed' }

  const key = keys.find(({ kid }) => kid === message.kid)
  if (!key) return { kind: 'not-genuine', reason: 'signer-unknown' }
  if (!(await isSignedBy(key, message))) return { kind: 'not-genuine', reason: 'signature-wrong' }
  if (key.withdrawn !== undefined) return { kind: 'withdrawn', totem: key.totem, since: key.withdrawn }
  const claims = fromCwt(readCbor(message.payload))
  if (!claims) return { kind: 'unreadable', reason: 'claims-unknown' }
  return judged(claims, key, +now)
}

function judged(claims: VerificationClaims, key: VerificationKey, now: number): Verdict {
  const issued = Date.parse(claims.issuedAt)
  if (claims.totem !== key.totem) return { kind: 'not-genuine', reason: 'not-this-totem' }
  if (issued < Date.parse(key.notBefore) || issued > Date.parse(key.notAfter))
    return { kind: 'not-genuine', reason: 'key-not-in-use' }
  if (issued > now + CLOCK_SKEW_MS) return { kind: 'not-genuine', reason: 'in-the-future' }
  const { validUntil } = claims
  if (validUntil !== undefined && Date.parse(validUntil) < now) return { kind: 'expired', claims, on: validUntil }
  return { kind: 'genuine', claims }
}

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

async function isSignedBy(
  { x, y }: VerificationKey,
  { signed, signature }: { signed: Uint8Array<ArrayBuffer>; signature: Uint8Array<ArrayBuffer> },
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('jwk', { kty: 'EC', crv: 'P-256', x, y }, ES256, false, ['verify'])
    return await crypto.subtle.verify(ES256, key, signature, signed)
  } catch {
    // A listed point that is not on the curve can verify nothing.
    return false
  }
}
