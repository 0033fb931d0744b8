import { z } from 'zod'
import { base64, isoInstant, operationId, totemId } from './identity.ts'

/**
 * What the card signs at login. The fresh 32-byte nonce makes it unrepeatable; totem, session and time make it
 * good for this visit at this totem only. The card is given SHA-256(challengeBytes(statement)), 32 bytes, as
 * the challenge, and signs it as RSA PKCS#1 v1.5 with SHA-256 (cards.md §4 "Login protocol of the totem").
 */
export const loginStatement = z.strictObject({
  purpose: z.literal('totem-polis/login/1'),
  totem: totemId,
  session: operationId,
  at: isoInstant,
  nonce: base64.length(44),
})
export type LoginStatement = z.infer<typeof loginStatement>

/** The bytes whose SHA-256 is the card's 32-byte challenge: one field a line, in this order. */
export function statementBytes(statement: LoginStatement): Uint8Array {
  const { purpose, totem, session, at, nonce } = statement
  return new TextEncoder().encode([purpose, totem, session, at, nonce].join('\n'))
}

/** Travels with every request: who asked, proved by the card. `signature` is over the 32-byte challenge. */
export const evidence = z.strictObject({
  statement: loginStatement,
  certificate: base64,
  signature: base64,
})
export type Evidence = z.infer<typeof evidence>

/** Why a card's certificate or signature proves nobody; totem and gateway judge by the same rules (trust/). */
export const evidenceRefusals = [
  'certificate-malformed',
  'certificate-untrusted',
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-wrong-policy',
  'certificate-revoked',
  'revocation-unknown',
  'signature-invalid',
  'codice-fiscale-invalid',
] as const
