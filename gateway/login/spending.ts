import { createHash } from 'node:crypto'
import type { Transaction } from 'kysely'
import { DAY_MS } from '../../basics/time.ts'
import { statementBytes } from '../../contract/evidence.ts'
import { type CertificateRequest, LOGIN_REQUESTS } from '../../contract/gateway.ts'
import type { Tables } from '../store/schema.ts'
import { withLogins } from './tables.ts'

/**
 * What one card may ask for at one totem within a day, by all its log-ins: four visits' full measure. So much may come
 * late too, in all. A card in the reader of a hostile totem, which has its PIN, signs as many log-ins as the totem likes.
 */
const CARD_REQUESTS = 4 * LOGIN_REQUESTS

/**
 * What a request takes from its log-in. `card`: the purse of its card. Requests that come late have one of their own,
 * which does not fill again while a log-in of it may count: a totem that is heard now and then keeps log-ins for weeks.
 */
export interface Use {
  operation: string
  evidence: string
  asked: string
  card: string
  isLate: boolean
}

/** `reference` makes keyed hashes (access/references.ts): the table names no card and no certificate. */
export function usedBy(
  { operation, evidence, subject, types, bollo }: CertificateRequest,
  { certificate, isLate }: { certificate: string; isLate: boolean },
  reference: (text: string) => string,
): Use {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url')
  return {
    operation,
    evidence: sha256(statementBytes(evidence.statement)),
    asked: reference(`asked ${JSON.stringify([subject, types.toSorted(), Object.entries(bollo).sort()])}`),
    card: reference(`${isLate ? 'late card' : 'card'} ${sha256(Buffer.from(certificate, 'base64'))}`),
    isLate,
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
  const cards = new Map(uses.map(({ card, isLate }) => [card, isLate]))
  const known = await transaction
    .selectFrom('evidence_use')
    .select(['operation', 'evidence', 'asked', 'card', 'at'])
    .where('totem', '=', totem)
    .where(({ eb, or }) =>
      or([
        eb('card', 'in', [...cards.keys()]),
        eb(
          'evidence',
          'in',
          uses.map(({ evidence }) => evidence),
        ),
      ]),
    )
    .execute()
  const since = +at - DAY_MS
  const counted = new Map(
    [...cards].map(([card, isLate]) => [
      card,
      known.filter((use) => use.card === card && (isLate || +use.at > since)).length,
    ]),
  )
  const spent = new Set<string>()
  const taken: Use[] = []
  for (const use of uses) {
    const all = [...known, ...taken]
    const ofLogin = all.filter(({ evidence }) => evidence === use.evidence)
    const ofCard = counted.get(use.card) ?? 0
    if (
      ofLogin.length >= LOGIN_REQUESTS ||
      ofLogin.some(({ asked }) => asked === use.asked) ||
      ofCard >= CARD_REQUESTS
    ) {
      spent.add(use.operation)
      continue
    }
    counted.set(use.card, ofCard + 1)
    taken.push(use)
  }
  if (taken.length > 0) {
    await transaction
      .insertInto('evidence_use')
      .values(taken.map(({ isLate: _, ...use }) => ({ ...use, totem, at })))
      .execute()
  }
  return spent
}
