import { z } from 'zod'
import { isoInstant } from './identity.ts'

/** A list ends at most so long after its issue: six months, as a trusted list does (ETSI TS 119 612 §5.3.15). */
export const LIST_DAYS = 184
/**
 * A totem whose list has ended serves on for so long, with an alarm each day: an operator who forgot to sign a list must
 * not close every totem in one night. Then it serves no card (`lists-ended`), because somebody withholds the newer list.
 */
export const LIST_GRACE_DAYS = 60
const DAY_MS = 86_400_000

/**
 * What each signed list begins with. The higher `sequence` replaces the lower. `nextUpdate`: by then its signer has made
 * a newer one. Whoever holds the list after that does not know what was withdrawn since.
 */
export const listHead = {
  sequence: z.number().int().min(1),
  issued: isoInstant,
  nextUpdate: isoInstant,
}
export type ListDates = { issued: string; nextUpdate: string }

/** True for a list that ends after its issue, and within so many days. */
export const endsWithin =
  (days: number) =>
  ({ issued, nextUpdate }: ListDates): boolean => {
    const span = Date.parse(nextUpdate) - Date.parse(issued)
    return span > 0 && span <= days * DAY_MS
  }
/** For the lists by which a totem trusts cards and gateway. */
export const endsInTime = endsWithin(LIST_DAYS)
