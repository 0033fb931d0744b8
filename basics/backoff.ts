import { MINUTE_MS } from './time.ts'

const SHORTEST_WAIT_MS = 1_000
/** No back-off is longer: a next attempt further ahead can only come from a clock that has been set back since. */
export const LONGEST_WAIT_MS = 5 * MINUTE_MS
// 2^9 s is already past the longest wait.
const LAST_DOUBLING = 9

/**
 * How long to wait after the `attempts`-th failure (from 1), in ms: full jitter, so that the totems of a region whose
 * line comes back do not all call at once, between 1 s and 5 min. `random` answers in [0, 1).
 */
export function backoffMs(attempts: number, random: () => number): number {
  const ceiling = SHORTEST_WAIT_MS * 2 ** Math.min(Math.max(attempts, 0), LAST_DOUBLING)
  return Math.round(Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, ceiling * random())))
}
