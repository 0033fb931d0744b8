import { createHmac } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose'
import {
  type CertificateRequest,
  type IssuedOutcome,
  issuedOutcome,
  OUTCOME_TYP,
  REQUEST_TYP,
  sealing,
} from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/** The request as a compact JWE that only the gateway can open (contract/gateway.ts). `gatewayKey`: public, P-256. */
export async function sealRequest(request: CertificateRequest, gatewayKey: JWK): Promise<string> {
  if (!gatewayKey.kid) throw new Error('the gateway sealing key has no kid')
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(request)))
    .setProtectedHeader({ ...sealing, kid: gatewayKey.kid, typ: REQUEST_TYP, op: request.operation })
    .encrypt(gatewayKey)
}

/**
 * Opens an outcome sealed to this totem. Unreadable too is what opens well but was sealed as something else or for
 * another operation: outcomes can't be swapped between items.
 */
export async function openOutcome(
  jwe: string,
  totemKey: JWK,
  operation: string,
): Promise<Result<IssuedOutcome, { kind: 'outcome-unreadable' }>> {
  const unreadable = err({ kind: 'outcome-unreadable' as const })
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, totemKey, {
      keyManagementAlgorithms: [sealing.alg],
      contentEncryptionAlgorithms: [sealing.enc],
    })
    const { typ, op, kid } = protectedHeader
    if (typ !== OUTCOME_TYP || op !== operation || kid !== totemKey.kid) return unreadable
    const outcome = issuedOutcome.safeParse(JSON.parse(new TextDecoder().decode(plaintext)))
    return outcome.success && outcome.data.operation === operation ? ok(outcome.data) : unreadable
  } catch {
    // jose and JSON.parse throw alike; which of them it was helps nobody, and their messages may quote the content.
    return unreadable
  }
}

/**
 * How the queue knows a holder without naming them: HMAC-SHA-256 in hex. Without the totem's secret a codice fiscale
 * can't be tried against it, which a bare hash would allow (there are few of them).
 */
export function holderReference(codiceFiscale: string, secret: Uint8Array): string {
  return createHmac('sha256', secret).update(codiceFiscale, 'utf8').digest('hex')
}
