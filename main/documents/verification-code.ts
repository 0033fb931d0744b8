import { createPrivateKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import base45 from 'base45'
import { encode, rfc8949EncodeOptions, Tagged } from 'cborg'
import { err, ok, type Result } from '../../contract/result.ts'
import {
  COSE,
  toCwt,
  VERIFICATION_CODE_MAX,
  VERIFICATION_PREFIX,
  type VerificationClaims,
} from '../../contract/verification.ts'

/** A totem's key for verification codes: P-256, known to verifiers by its `kid` (contract/verification.ts). */
export interface VerificationSigner {
  kid: string
  key: KeyObject
}

/** @param jwk private JWK with the `kid` of the key list */
export const verificationSigner = ({ kid, ...jwk }: JsonWebKey & { kid: string }): VerificationSigner => ({
  kid,
  key: createPrivateKey({ format: 'jwk', key: jwk }),
})

/** As long as the block that cborg keeps of one encoding for the next: they take the place of the names in it. */
const ZEROS = Array.from({ length: 253 }, () => 0)

function cbor(value: unknown): Uint8Array {
  const bytes = encode(value, rfc8949EncodeOptions)
  encode(ZEROS)
  return bytes
}

/**
 * The text of the QR: `TP1:` and base45. It differs each time, since ECDSA draws a random number: sign once and keep
 * the text with the document, so that every rendering has the same bytes. `too-long`: the QR of the paper cannot hold
 * it (a very large family); leave the longest fact out and say so on the paper. `claims-refused`: a text that no paper
 * shows unchanged (contract/verification.ts); print without a code.
 */
export function signVerificationCode(
  claims: VerificationClaims,
  { kid, key }: VerificationSigner,
): Result<string, { kind: 'too-long' | 'claims-refused' }> {
  const claimsSet = toCwt(claims)
  if (!claimsSet) return err({ kind: 'claims-refused' })
  const header = cbor(
    new Map<number, unknown>([
      [COSE.alg, COSE.es256],
      [COSE.kid, new Uint8Array(Buffer.from(kid, 'base64url'))],
    ]),
  )
  const payload = cbor(claimsSet)
  // RFC 9052 §4.4; COSE wants r and s side by side, not in DER (RFC 9053 §2.1).
  const signed = cbor(['Signature1', header, new Uint8Array(), payload])
  const signature = new Uint8Array(sign('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }))
  const cose = cbor(new Tagged(COSE.sign1Tag, [header, new Map(), payload, signature]))
  const deflated = deflateSync(cose, { level: 9 })
  const text = VERIFICATION_PREFIX + base45.encode(deflated.length < cose.length ? deflated : Buffer.from(cose))
  return text.length > VERIFICATION_CODE_MAX ? err({ kind: 'too-long' }) : ok(text)
}
