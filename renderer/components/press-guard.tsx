import { createContext, type ReactNode, use, useCallback, useState } from 'react'

/**
 * For this long after a screen has appeared its buttons don't answer: the second tap of a double tap lands on
 * whatever came under the finger, and people who tap twice do it within 300 ms.
 */
const SETTLING_MS = 300

const ShownAt = createContext(Number.NEGATIVE_INFINITY)

/** Starts the settling time of what is inside; give it a key so that a new screen starts anew. */
export function Settling({ children }: { children: ReactNode }) {
  const [shownAt] = useState(() => performance.now())
  return <ShownAt value={shownAt}>{children}</ShownAt>
}

/** Wraps what a press does: nothing while the screen is settling. */
export function useSettled(act: () => void): () => void {
  const shownAt = use(ShownAt)
  return useCallback(() => {
    if (performance.now() - shownAt >= SETTLING_MS) act()
  }, [act, shownAt])
}
