import { italianDay } from '../../../basics/time.ts'
import type { Answer } from '../../../contract/console/api.ts'

/** A row that two people of a comune decide (profilo, convenzione). */
interface Decided {
  al: string
  proposed_by: string
  proposed_name: string
  proposed_at: Date
  approved_name: string | null
  approved_at: Date | null
  ended_name: string | null
  ended_at: Date | null
  ended_why: string | null
}
type State = Answer<'profiles'>['profiles'][number]['state']

/** Pure: what it is worth on this day. One that is `given` counts from its first day on, which is its reader's to look at. */
export function decidedState(
  { al, approved_at, ended_at }: Pick<Decided, 'al' | 'approved_at' | 'ended_at'>,
  at: Date,
): State {
  if (ended_at) return 'withdrawn'
  if (al < italianDay(at)) return 'ended'
  return approved_at ? 'given' : 'proposed'
}

/** Pure: whether it counts at this moment. */
export const counts = (row: Pick<Decided, 'al' | 'approved_at' | 'ended_at'> & { dal: string }, at: Date): boolean =>
  decidedState(row, at) === 'given' && row.dal <= italianDay(at)

/** As the console's wire has it, for who asks. */
export const decidedSaid = (row: Decided, person: string, at: Date) => ({
  state: decidedState(row, at),
  ...{ proposedBy: row.proposed_name, proposedAt: row.proposed_at.toISOString(), approvedBy: row.approved_name },
  approvedAt: row.approved_at?.toISOString() ?? null,
  ...{ endedBy: row.ended_name, endedAt: row.ended_at?.toISOString() ?? null, endedWhy: row.ended_why },
  isOwn: row.proposed_by === person,
})
