import { createContext, type ReactNode, use, useCallback, useState } from 'react'
import { usePreferences } from '../view-context.ts'

/**
 * The buttons of a new screen do not answer for this long. The second tap of a double tap comes within 300 ms and
 * would land on whatever has come under the finger.
 */
const SETTLING_MS = 300

const ShownAt = createContext(Number.NEGATIVE_INFINITY)

/** Starts the settling time of its children. It needs a key, so that a new screen starts anew. */
export function Settling({ children }: { children: ReactNode }) {
  const [shownAt] = useState(() => performance.now())
  return <ShownAt value={shownAt}>{children}</ShownAt>
}

/** `act`, but it does nothing while the screen is settling. */
export function useSettled(act: () => void): () => void {
  const shownAt = use(ShownAt)
  return useCallback(() => {
    if (performance.now() - shownAt >= SETTLING_MS) act()
  }, [act, shownAt])
}

/**
 * EN 301 549, 5.8: after a keystroke an identical one does not count for a time that can be set up to half a second. A
 * control that is no digit has that half second always: nobody means to touch one answer twice. A digit has it when the
 * person asks for one touch at a time; otherwise it has the time of a shaking finger, because 1122 is a PIN and a quick
 * hand types it.
 */
const SAME_STRIKE_MS = { digit: 100, other: 500 }

/** Tells which strikes count, by the time of each (ms). One that does not count begins the time anew. */
export function createStrikes() {
  let last = { key: '', at: Number.NEGATIVE_INFINITY }
  return (key: string, at: number, ms: number): boolean => {
    const same = last.key === key && at - last.at < ms
    last = { key, at }
    return !same
  }
}

/** How long an identical strike does not count. */
export const sameStrikeMs = (kind: 'digit' | 'other', oneTouch: boolean): number =>
  SAME_STRIKE_MS[oneTouch ? 'other' : kind]

/** True for a strike of this key that counts. `at`: when a busy page gets to it later than it came. */
export function useStrikes(kind: 'digit' | 'other'): (key: string, at?: number) => boolean {
  const [counts] = useState(createStrikes)
  const { oneTouch } = usePreferences()
  const ms = sameStrikeMs(kind, oneTouch)
  return useCallback((key, at = performance.now()) => counts(key, at, ms), [counts, ms])
}
