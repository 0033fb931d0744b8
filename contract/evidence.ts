import { z } from 'zod'
import { caller, callerText } from './caller.ts'
import { base64, isoInstant, operationId } from './identity.ts'

const PURPOSE = 'totem-polis/login/2'
/** Statements of these purposes named a totem instead of a caller. */
const FORMER_PURPOSES = ['totem-polis/login/1'] as const

/**
 * Purpose and circumstances of a person's proof. The fresh 32-byte nonce makes it unrepeatable. Caller, session and
 * time make it good for this visit at this machine only.
 */
export const loginStatement = z.strictObject({
  purpose: z.literal(PURPOSE),
  caller,
  session: operationId,
  at: isoInstant,
  nonce: base64.length(44),
})
export type LoginStatement = z.infer<typeof loginStatement>

/** The statement of a login that is made now. */
export const statementOf = (login: Omit<LoginStatement, 'purpose'>): LoginStatement => ({ purpose: PURPOSE, ...login })

/** The bytes whose SHA-256 is the card's 32-byte challenge: one field a line, in this order. */
export function statementBytes(statement: LoginStatement): Uint8Array {
  const { purpose, session, at, nonce } = statement
  return new TextEncoder().encode([purpose, callerText(statement.caller), session, at, nonce].join('\n'))
}

/**
 * `signature`: by the key of `certificate` over the 32-byte challenge, RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2).
 */
const byCard = z.strictObject({
  by: z.literal('card'),
  statement: loginStatement,
  certificate: base64,
  signature: base64,
})
export type CardEvidence = z.infer<typeof byCard>

/**
 * Travels with every request: who asked, and how they were proved. `phone` is SPID or CieID on the person's own phone;
 * `operator` is an operator who knows the person or has seen a document. Both have a place here, but no door takes
 * their proof yet. Until one does, both are refused by their own name (`evidenceRefusals`), whatever they carry.
 */
export const evidence = z.discriminatedUnion('by', [
  byCard,
  z.looseObject({ by: z.literal('phone'), statement: loginStatement }),
  z.looseObject({ by: z.literal('operator'), statement: loginStatement }),
])
export type Evidence = z.infer<typeof evidence>

const former = z.looseObject({ statement: z.looseObject({ purpose: z.enum(FORMER_PURPOSES) }) })

/** True for evidence as earlier totems made it: it proves nobody any more, and its totem must hear why. */
export const isFormerEvidence = (read: unknown): boolean => former.safeParse(read).success

/** Why evidence proves nobody; totem and gateway judge by the same rules (trust/). */
export const evidenceRefusals = [
  'certificate-malformed',
  'certificate-untrusted',
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-wrong-policy',
  /** Signed with SHA-1 or another algorithm that is not accepted. */
  'certificate-signature-unsupported',
  /** An EC key, or an RSA key too short or too long. */
  'key-unsupported',
  'certificate-revoked',
  'revocation-unknown',
  'signature-invalid',
  'codice-fiscale-invalid',
  'phone-not-accepted',
  'operator-not-accepted',
] as const
