import { useEffect } from 'react'
import type { View } from '../contract/visit.ts'
import { stay } from './bridge.ts'

/** Main counts idle time in tens of seconds, so telling it more often than this would only cost calls. */
const TELL_EVERY_MS = 5_000

/**
 * Tells main that the person is here while they touch what main does not see: PIN digits, help, larger text, on the first
 * screen too. While the
 * warning is up only its own buttons count, because a sleeve on the glass could keep a stranger's visit open.
 */
export function useActivity(view: View | null): void {
  const listening = view !== null && view.idle === null
  useEffect(() => {
    if (!listening) return
    let told = Number.NEGATIVE_INFINITY
    const tell = () => {
      if (performance.now() - told < TELL_EVERY_MS) return
      told = performance.now()
      stay()
    }
    // The listeners capture, because a react-aria button stops the events that it uses.
    window.addEventListener('pointerdown', tell, true)
    window.addEventListener('keydown', tell, true)
    return () => {
      window.removeEventListener('pointerdown', tell, true)
      window.removeEventListener('keydown', tell, true)
    }
  }, [listening])
}
