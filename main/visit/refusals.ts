import type { Problem } from '../../contract/gateway.ts'
import { refusal } from '../../contract/refusal.ts'
import { type Refused, refused } from './services.ts'

/**
 * Refusals that are not about this person: a wrong clock, a gateway that has just restarted or has lost its CRLs. The
 * same question has an answer later, and a request can be recorded all the same.
 */
const PASSING = new Set<Problem['kind']>([
  'statement-stale',
  // The totem's challenge was not fresh: the line was too slow for another one.
  'statement-replayed',
  'challenge-unknown',
  'session-expired',
  'session-spent',
  'revocation-unknown',
  'anpr-unavailable',
])
export const passing = ({ kind }: Problem): boolean => PASSING.has(kind)

/** Names a refusal of the gateway to the person; a reason without a text of its own becomes `session-refused`. */
export function refusedBy({ kind, anpr }: { kind: string; anpr: string | null }): Refused {
  const known = refusal.safeParse(kind)
  return refused(known.success ? known.data : 'session-refused', { anpr })
}
