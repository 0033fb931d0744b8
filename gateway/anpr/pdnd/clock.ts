/** Beyond this ANPR's gate may refuse every token. */
const MOST_MS = 5_000
/** `Date` says whole seconds. */
const COARSE_MS = 1_000

/**
 * Watches this machine's clock by the `Date` of the answers. `tell` hears when it goes wrong, and when it is right
 * again (null), each once.
 */
export function watchClock(tell: (aheadMs: number | null) => void) {
  let isWrong = false
  return function heard(date: unknown, sent: Date, received: Date): void {
    const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN
    if (Number.isNaN(theirs)) return
    // The answer was written somewhere between the two.
    const ahead = +sent - (theirs + COARSE_MS)
    const behind = theirs - +received
    const wrong = Math.max(ahead, behind) > MOST_MS
    if (wrong === isWrong) return
    isWrong = wrong
    tell(wrong ? (ahead > behind ? ahead : -behind) : null)
  }
}
