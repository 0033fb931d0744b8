import { createHash } from 'node:crypto'
import type { Transaction } from 'kysely'
import { DAY_MS } from '../../basics/time.ts'
import { statementBytes } from '../../contract/evidence.ts'
import { type CertificateRequest, LOGIN_REQUESTS } from '../../contract/gateway.ts'
import type { Tables } from '../store/schema.ts'
import { withLogins } from './tables.ts'

/**
 * What one card may ask for at one totem within a day, by all its log-ins: four visits' full measure. A card in the
 * reader of a hostile totem, which has its PIN, signs as many log-ins as the totem likes.
 */
const REQUESTS_A_DAY = 4 * LOGIN_REQUESTS

/** What a request takes from its log-in. */
export interface Use {
  operation: string
  evidence: string
  asked: string
  card: string
}

/** `reference` makes keyed hashes (access/references.ts): the table names no card and no certificate. */
export function usedBy(
  { operation, evidence, subject, types, bollo }: CertificateRequest,
  certificate: string,
  reference: (text: string) => string,
): Use {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url')
  return {
    operation,
    evidence: sha256(statementBytes(evidence.statement)),
    asked: reference(`asked ${JSON.stringify([subject, types.toSorted(), Object.entries(bollo).sort()])}`),
    card: reference(`card ${sha256(Buffer.from(certificate, 'base64'))}`),
  }
}

/**
 * Takes what new requests need from their log-ins, the first first, and answers the operations for which there was
 * nothing left.
 * SECURITY: in the transaction that takes the requests in and after `lockTotem`, so that two gateways do not grant the
 * same twice.
 */
export async function spend(
  within: Transaction<Tables>,
  totem: string,
  uses: readonly Use[],
  at: Date,
): Promise<Set<string>> {
  if (uses.length === 0) return new Set()
  const transaction = withLogins(within)
  const cards = [...new Set(uses.map(({ card }) => card))]
  const known = await transaction
    .selectFrom('evidence_use')
    .select(['operation', 'evidence', 'asked', 'card', 'at'])
    .where('totem', '=', totem)
    .where('card', 'in', cards)
    .execute()
  const since = +at - DAY_MS
  const today = new Map(cards.map((card) => [card, known.filter((use) => use.card === card && +use.at > since).length]))
  const spent = new Set<string>()
  const taken: Use[] = []
  for (const use of uses) {
    const all = [...known, ...taken]
    const ofLogin = all.filter(({ evidence }) => evidence === use.evidence)
    const ofDay = today.get(use.card) ?? 0
    if (
      ofLogin.length >= LOGIN_REQUESTS ||
      ofLogin.some(({ asked }) => asked === use.asked) ||
      ofDay >= REQUESTS_A_DAY
    ) {
      spent.add(use.operation)
      continue
    }
    today.set(use.card, ofDay + 1)
    taken.push(use)
  }
  if (taken.length > 0) {
    await transaction
      .insertInto('evidence_use')
      .values(taken.map((use) => ({ ...use, totem, at })))
      .execute()
  }
  return spent
}
