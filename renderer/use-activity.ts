import { useEffect } from 'react'
import type { View } from '../contract/visit.ts'
import { stay } from './bridge.ts'

/** Main's idle time is counted in tens of seconds: telling it more often than this would only load the line. */
const TELL_EVERY_MS = 5_000

/**
 * Tells main that somebody is here while they touch what main doesn't see: PIN digits, help, larger text. While the
 * warning is up only its own buttons answer, or a sleeve on the glass would keep a stranger's visit open.
 */
export function useActivity(view: View | null): void {
  const listening = view?.canLeave === true && view.idle === null
  useEffect(() => {
    if (!listening) return
    let told = Number.NEGATIVE_INFINITY
    const tell = () => {
      if (performance.now() - told < TELL_EVERY_MS) return
      told = performance.now()
      stay()
    }
    // While capturing: a react-aria button keeps the events that it uses to itself.
    window.addEventListener('pointerdown', tell, true)
    window.addEventListener('keydown', tell, true)
    return () => {
      window.removeEventListener('pointerdown', tell, true)
      window.removeEventListener('keydown', tell, true)
    }
  }, [listening])
}
