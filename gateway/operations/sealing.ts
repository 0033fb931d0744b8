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
 * `request-unopened`: it can't be read with the key that is here, which may be the fault of the key and not of the
 * request; `request-malformed`: it was read, and is none.
 */
export async function openRequest(
  { operation, sealed }: { operation: string; sealed: string },
  { kid, key }: NamedKey,
): Promise<
  Result<{ request: CertificateRequest; digest: string }, { kind: 'request-unopened' | 'request-malformed' }>
> {
  const opened = await decrypt(sealed, key)
  if (!opened || opened.header.kid !== kid) return err({ kind: 'request-unopened' })
  const { header, text } = opened
  const request = certificateRequest.safeParse(jsonOf(text))
  if (
    header.typ !== REQUEST_TYP ||
    header.op !== operation ||
    !request.success ||
    request.data.operation !== operation
  ) {
    return err({ kind: 'request-malformed' })
  }
  return ok({
    request: request.data,
    digest: createHash('sha256').update(JSON.stringify(request.data)).digest('base64url'),
  })
}

async function decrypt(sealed: string, key: CryptoKey) {
  try {
    const { plaintext, protectedHeader: header } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: [sealing.alg],
      contentEncryptionAlgorithms: [sealing.enc],
    })
    return { header, text: new TextDecoder().decode(plaintext) }
  } catch {
    // No JWE, another key or a changed byte: jose throws alike, and telling which would help a forger only.
    return null
  }
}

/** What is not JSON is `undefined`, which no schema of the contract takes. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seals an outcome to the totem that asked: from here on only that totem can read the certificate. */
export function sealOutcome(outcome: IssuedOutcome, { kid, key }: NamedKey): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(issuedOutcome.parse(outcome))))
    .setProtectedHeader({ ...sealing, kid, typ: OUTCOME_TYP, op: outcome.operation })
    .encrypt(key)
}
