import { createHash } from 'node:crypto'
import { type Evidence, type LoginStatement, statementBytes } from '../contract/evidence.ts'
import { err, type Result } from '../contract/result.ts'
import { type CardCertificate, type CertificateRefusal, verifyChain, withHolder } from './card-certificate.ts'
import { isSigned } from './signature.ts'
import type { Trust } from './trust.ts'

export type EvidenceRefusal =
  | CertificateRefusal
  | { kind: 'signature-invalid' | 'phone-not-accepted' | 'operator-not-accepted' }

/** The 32 bytes that the card signs at login. */
export const challengeOf = (statement: LoginStatement): Uint8Array =>
  createHash('sha256').update(statementBytes(statement)).digest()

/**
 * Says who logged in. A card proves its holder when its certificate is good at `at` and its key signed this very
 * statement. Whoever calls this also checks that the statement names the right machine and is fresh and unused. `now`
 * is today, where `at` is a login of the past: then CRLs that were made after `at` count too.
 */
export function verifyEvidence(
  evidence: Evidence,
  trust: Trust,
  at: Date,
  now = at,
): Result<CardCertificate, EvidenceRefusal> {
  // SECURITY: no other proof passes for a card's, whatever it carries.
  if (evidence.by !== 'card') return err({ kind: `${evidence.by}-not-accepted` })
  const chain = verifyChain(Buffer.from(evidence.certificate, 'base64'), trust, { at, now })
  if (!chain.ok) return chain
  const signature = Buffer.from(evidence.signature, 'base64')
  const { key } = chain.value.certificate
  if (!isSigned(challengeOf(evidence.statement), signature, { kind: 'rsa', hash: 'sha256' }, key)) {
    return err({ kind: 'signature-invalid' })
  }
  return withHolder(chain.value)
}
