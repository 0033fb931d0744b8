import { createHash } from 'node:crypto'
import { CompactEncrypt, type CryptoKey, compactDecrypt, importJWK, type JWK } from 'jose'
import {
  type CertificateRequest,
  certificateRequest,
  type IssuedOutcome,
  issuedOutcome,
  OUTCOME_TYP,
  REQUEST_TYP,
  sealing,
} from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/** A P-256 key and its name. */
export interface NamedKey {
  kid: string
  key: CryptoKey
}

/** Reads a JWK (private to open, public to seal); throws on anything that is not a named P-256 key. */
export async function readKey(text: string): Promise<NamedKey> {
  const jwk = JSON.parse(text) as JWK
  const key = await importJWK(jwk, sealing.alg)
  if (key instanceof Uint8Array || typeof jwk.kid !== 'string') throw new Error('not a named P-256 key')
  return { kid: jwk.kid, key }
}

/**
 * Opens a request and holds it to the operation it came under, in header and body, so that sealed payloads can't be
 * swapped between items. `digest` is SHA-256 over the request itself: sealing it anew does not make it another one.
 */
export async function openRequest(
  { operation, sealed }: { operation: string; sealed: string },
  { kid, key }: NamedKey,
): Promise<Result<{ request: CertificateRequest; digest: string }, { kind: 'request-malformed' }>> {
  try {
    const { plaintext, protectedHeader: header } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: [sealing.alg],
      contentEncryptionAlgorithms: [sealing.enc],
    })
    if (header.typ !== REQUEST_TYP || header.kid !== kid || header.op !== operation) {
      return err({ kind: 'request-malformed' })
    }
    const request = certificateRequest.parse(JSON.parse(new TextDecoder().decode(plaintext)))
    if (request.operation !== operation) return err({ kind: 'request-malformed' })
    return ok({ request, digest: createHash('sha256').update(JSON.stringify(request)).digest('base64url') })
  } catch {
    // Whatever was wrong with it, it is one item that can't be read, and no reason to tell a forger more.
    return err({ kind: 'request-malformed' })
  }
}

/** Seals an outcome to the totem that asked: from here on only that totem can read the certificate. */
export function sealOutcome(outcome: IssuedOutcome, { kid, key }: NamedKey): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(issuedOutcome.parse(outcome))))
    .setProtectedHeader({ ...sealing, kid, typ: OUTCOME_TYP, op: outcome.operation })
    .encrypt(key)
}
