import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { jsonOf } from '../../basics/json.ts'
import {
  type CertificateRequest,
  certificateRequest,
  type IssuedOutcome,
  isSealedAs,
  issuedOutcome,
  OUTCOME_TYP,
  REQUEST_TYP,
  sealedHeader,
} from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { openJwe, sealJwe } from './jwe.ts'

/** A P-256 key and its name. */
export interface NamedKey {
  kid: string
  key: KeyObject
}

/** The gateway's private keys by `kid`: what was sealed to an earlier one is still to come. */
export type SealingKeys = ReadonlyMap<string, KeyObject>

/** Reads a JWK (private to open, public to seal); throws on anything that is not a named P-256 key. */
export function readKey(text: string): NamedKey {
  const jwk = JSON.parse(text) as JsonWebKey
  const key = (jwk.d === undefined ? createPublicKey : createPrivateKey)({ key: jwk, format: 'jwk' })
  if (jwk.crv !== 'P-256' || typeof jwk.kid !== 'string') throw new Error('not a named P-256 key')
  return { kid: jwk.kid, key }
}

/**
 * Opens a request and holds it to the operation it came under and the totem that brought it, in header and body, so that
 * sealed payloads can't be swapped. `digest` is SHA-256 over the request itself: sealing it anew does not make it another
 * one. `request-unopened`: it can't be read with the keys that are here, which may be the fault of the keys and not of the
 * request; `request-malformed`: it was read, and is none, or not this one.
 */
export function openRequest(
  { operation, sealed }: { operation: string; sealed: string },
  keys: SealingKeys,
  totem: string,
): Result<{ request: CertificateRequest; digest: string }, { kind: 'request-unopened' | 'request-malformed' }> {
  const opened = openJwe(sealed, keys)
  if (!opened) return err({ kind: 'request-unopened' })
  const { header, plaintext } = opened
  const request = certificateRequest.safeParse(jsonOf(plaintext.toString('utf8')))
  if (!request.success || request.data.operation !== operation) return err({ kind: 'request-malformed' })
  const { kind } = request.data
  if (!isSealedAs(header, sealedHeader(REQUEST_TYP, String(header.kid), { operation, totem, kind }))) {
    return err({ kind: 'request-malformed' })
  }
  return ok({
    request: request.data,
    digest: createHash('sha256').update(JSON.stringify(request.data)).digest('base64url'),
  })
}

/** Seals an outcome to the totem that asked: from here on only that totem can read the certificate. */
export function sealOutcome(outcome: IssuedOutcome, { kid, key }: NamedKey, totem: string): string {
  const header = sealedHeader(OUTCOME_TYP, kid, { operation: outcome.operation, totem, kind: 'certificate' })
  return sealJwe(JSON.stringify(issuedOutcome.parse(outcome)), header, key)
}
