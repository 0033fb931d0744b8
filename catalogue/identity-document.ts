import type { IdentityDocument } from '../contract/console/counter.ts'
import { PAPER_ENDS } from './identity-card.ts'

/** Why a document lets nobody be recognised by it. */
type DocumentRefusal = 'document-void' | 'document-expired'

/**
 * Does this document count on this day? Recognition needs one in force (art. 35 DPR 445/2000); an identity card of paper counts
 * no more, whatever stands on it.
 */
export function whyNotBy(
  { kind, expires }: Pick<IdentityDocument, 'kind' | 'expires'>,
  today: string,
): DocumentRefusal | null {
  if (kind === 'paper-card' && today >= PAPER_ENDS) return 'document-void'
  return expires !== null && expires < today ? 'document-expired' : null
}
