import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { jsonOf } from '../../basics/json.ts'
import type { Caller } from '../../contract/caller.ts'
import {
  type CertificateRequest,
  certificateRequest,
  type IssuedOutcome,
  isSealedAs,
  issuedOutcome,
  outcomeHeader,
  outcomeReceipt,
  receiptHeader,
  requestAge,
  requestHeader,
} from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { openJwe, sealJwe } from './jwe.ts'

/** A P-256 key and its name. */
export interface NamedKey {
  kid: string
  key: KeyObject
}

/** The gateway's private keys by `kid`. Earlier ones stay, because requests that were sealed to them may still come. */
export type SealingKeys = ReadonlyMap<string, KeyObject>

/** Reads a JWK (a private one opens, a public one seals); throws on anything but a named P-256 key. */
export function readKey(text: string): NamedKey {
  const jwk = JSON.parse(text) as JsonWebKey
  const key = (jwk.d === undefined ? createPublicKey : createPrivateKey)({ key: jwk, format: 'jwk' })
  if (jwk.crv !== 'P-256' || typeof jwk.kid !== 'string') throw new Error('not a named P-256 key')
  return { kid: jwk.kid, key }
}

/**
 * Why a request did not open. `request-unopened`: no key here reads it, which may be the fault of the keys.
 * `request-malformed`: the text is no request, or not this one. `request-outdated`: no gateway takes its version any
 * more. `request-later`: a newer totem wrote it, for a newer gateway.
 */
export type Unopened = { kind: 'request-unopened' | 'request-malformed' | 'request-outdated' | 'request-later' }

/**
 * Opens a request and holds it, in header and body, to the operation that it came under and to its caller, so that
 * nobody can swap sealed payloads. `digest` is SHA-256 over the opened request, so that sealing a request anew does not
 * make it another one.
 */
export function openRequest(
  { operation, sealed }: { operation: string; sealed: string },
  keys: SealingKeys,
  caller: Caller,
): Result<{ request: CertificateRequest; digest: string }, Unopened> {
  const opened = openJwe(sealed, keys)
  if (!opened) return err({ kind: 'request-unopened' })
  const { header, plaintext } = opened
  const read = jsonOf(plaintext.toString('utf8'))
  const request = certificateRequest.safeParse(read)
  if (!request.success) {
    const age = requestAge(read)
    return err({ kind: age === null ? 'request-malformed' : age === 'former' ? 'request-outdated' : 'request-later' })
  }
  const { kind } = request.data
  const wanted = requestHeader(String(header.kid), { operation, caller, kind })
  if (request.data.operation !== operation || !isSealedAs(header, wanted)) return err({ kind: 'request-malformed' })
  return ok({
    request: request.data,
    digest: createHash('sha256').update(JSON.stringify(request.data)).digest('base64url'),
  })
}

/** Seals an outcome to the totem that asked: from here on only that totem can read the certificate. */
export function sealOutcome(outcome: IssuedOutcome, { kid, key }: NamedKey, totem: string): string {
  const header = outcomeHeader(kid, { operation: outcome.operation, totem, kind: 'certificate' })
  const { pdf, ...rest } = issuedOutcome.parse(outcome)
  // Base64 has nothing to escape, which JSON.stringify would look for in each of its characters.
  return sealJwe(`${JSON.stringify(rest).slice(0, -1)},"pdf":"${pdf}"}`, header, key)
}

/** Seals the token of a page of outcomes: only its totem can give it back. */
export const sealReceipt = (token: string, { kid, key }: NamedKey, page: { totem: string; cursor: number }): string =>
  sealJwe(JSON.stringify(outcomeReceipt.parse({ token })), receiptHeader(kid, page), key)
