import { createHmac } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose'
import { atTotem } from '../../contract/caller.ts'
import {
  type CertificateRequest,
  type IssuedOutcome,
  isSealedAs,
  issuedOutcome,
  outcomeHeader,
  requestHeader,
  sealing,
} from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/** A P-256 key and the name that its holder gave it. */
export type NamedKey = JWK & { kid: string }

/** The totem's private keys by `kid`: several while outcomes that were sealed to an earlier one are still to come. */
export type OutcomeKeys = ReadonlyMap<string, NamedKey>

/** The request of this totem as a compact JWE that only the gateway can open. `gatewayKey`: public, P-256. */
export async function sealRequest(request: CertificateRequest, gatewayKey: NamedKey, totem: string): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(request)))
    .setProtectedHeader(requestHeader(gatewayKey.kid, { ...request, caller: atTotem(totem) }))
    .encrypt(gatewayKey)
}

/**
 * Opens an outcome sealed to this totem. Unreadable too is what opens well but was sealed as something else, for another
 * operation or another totem: outcomes can't be swapped.
 */
export async function openOutcome(
  jwe: string,
  keys: OutcomeKeys,
  operation: string,
  totem: string,
): Promise<Result<IssuedOutcome, { kind: 'outcome-unreadable' }>> {
  const unreadable = err({ kind: 'outcome-unreadable' as const })
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, ({ kid }) => keyNamed(keys, kid), {
      keyManagementAlgorithms: [sealing.alg],
      contentEncryptionAlgorithms: [sealing.enc],
    })
    const wanted = outcomeHeader(String(protectedHeader.kid), { operation, totem, kind: 'certificate' })
    if (!isSealedAs(protectedHeader, wanted)) return unreadable
    const outcome = issuedOutcome.safeParse(JSON.parse(new TextDecoder().decode(plaintext)))
    return outcome.success && outcome.data.operation === operation ? ok(outcome.data) : unreadable
  } catch {
    // jose and JSON.parse throw alike; which of them it was helps nobody, and their messages may quote the content.
    return unreadable
  }
}

function keyNamed(keys: OutcomeKeys, kid: string | undefined): NamedKey {
  const key = keys.get(kid ?? '')
  if (!key) throw new Error('no such key')
  return key
}

/**
 * How the queue knows a holder without naming them: HMAC-SHA-256 in hex. Without the totem's secret a codice fiscale
 * can't be tried against it, which a bare hash would allow (there are few of them).
 */
export function holderReference(codiceFiscale: string, secret: Uint8Array): string {
  return createHmac('sha256', secret).update(codiceFiscale, 'utf8').digest('hex')
}
