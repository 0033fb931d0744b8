import { z } from 'zod'
import { caller, callerText } from './caller.ts'
import { base64, isoInstant, operationId } from './identity.ts'

const PURPOSE = 'totem-polis/login/3'
/** Statements of these purposes named a totem instead of a caller (1), or carried no challenge of the gateway's (2). */
const FORMER_PURPOSES = ['totem-polis/login/1', 'totem-polis/login/2'] as const

/** 32 bytes that the gateway gave to one caller. It alone can make them, and reads in them when it gave them. */
export const gatewayChallenge = base64.length(44)

/**
 * Purpose and circumstances of a person's proof. The gateway's challenge says when the log-in was made at the earliest,
 * whatever the totem writes into `at`: nobody knows today what the gateway will give tomorrow. The fresh 32-byte nonce
 * makes each log-in another one, also where several persons log in by one challenge while there is no line. Caller and
 * session make it good for this visit at this machine only.
 */
export const loginStatement = z.strictObject({
  purpose: z.literal(PURPOSE),
  caller,
  session: operationId,
  at: isoInstant,
  challenge: gatewayChallenge,
  nonce: base64.length(44),
})
export type LoginStatement = z.infer<typeof loginStatement>

/** The statement of a login that is made now. */
export const statementOf = (login: Omit<LoginStatement, 'purpose'>): LoginStatement => ({ purpose: PURPOSE, ...login })

/** The bytes whose SHA-256 the card signs: one field a line, in this order. */
export function statementBytes(statement: LoginStatement): Uint8Array {
  const { purpose, session, at, challenge, nonce } = statement
  return new TextEncoder().encode([purpose, callerText(statement.caller), session, at, challenge, nonce].join('\n'))
}

/**
 * `signature`: by the key of `certificate` over that SHA-256, RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2).
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
 * no door takes its proof yet. `operator` is an operator at a counter, who has seen a document: the gateway itself makes that
 * evidence, out of the operator's session (contract/console/counter.ts), and takes it from no machine. Both are refused by their
 * own name (`evidenceRefusals`), whatever they carry.
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
