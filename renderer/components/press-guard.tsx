import { createContext, type ReactNode, use, useCallback, useState } from 'react'

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
