import { backoffMs } from '../../basics/backoff.ts'

/**
 * `closed`: the line carries. `open`: it does not, and nothing is asked before its time. `half-open`: that time has
 * come, and one question finds out whether the line carries again.
 */
export type BreakerState = 'closed' | 'half-open' | 'open'

export interface Breaker {
  readonly state: BreakerState
  /** Failures since the line last carried. */
  readonly failures: number
  /** While it is open: the time until the one question, in ms. */
  readonly restMs: number
  failed(): void
  carried(): void
}

// One cut connection does not mean that the line is down; the question that follows at once finds out.
const FAILURES_THAT_OPEN = 2

/**
 * The circuit breaker of the line: half-open at first. `clock` is monotonic, in ms. It rests between 1 s and
 * `longestMs`, longer with each failure, with full jitter: the totems of a region must not all ask at once when their
 * line comes back.
 */
export function createBreaker(clock: () => number, random: () => number, longestMs: number): Breaker {
  let open = true
  let failures = 0
  let until = 0
  const restMs = () => Math.max(0, until - clock())
  return {
    get state() {
      if (!open) return 'closed'
      return restMs() > 0 ? 'open' : 'half-open'
    },
    get failures() {
      return failures
    },
    get restMs() {
      return restMs()
    },
    failed() {
      failures++
      if (!open && failures < FAILURES_THAT_OPEN) return
      open = true
      until = clock() + Math.min(backoffMs(failures, random), longestMs)
    },
    carried() {
      open = false
      failures = 0
    },
  }
}
