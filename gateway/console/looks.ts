import { MINUTE_MS } from '../../basics/time.ts'

/** The same look of the same session, told again so soon, is one look: a screen that refreshes itself. */
const ONE_LOOK_MS = 15 * MINUTE_MS
const MOST = 50_000

/** Whether a look is to stand in the audit now. */
export type IsNewLook = (session: string, what: string) => boolean

export function createLooks(now: () => Date): IsNewLook {
  const seen = new Map<string, number>()
  return (session, what) => {
    const name = `${session} ${what}`
    const at = +now()
    if (at - (seen.get(name) ?? Number.NEGATIVE_INFINITY) < ONE_LOOK_MS) return false
    seen.delete(name)
    seen.set(name, at)
    const [oldest] = seen.keys()
    if (seen.size > MOST && oldest !== undefined) seen.delete(oldest)
    return true
  }
}
