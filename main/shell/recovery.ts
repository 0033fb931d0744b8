/** What to do when a renderer has died: bring a new one, give the visit up, or leave and be restarted as a whole. */
export type Recovery = 'renew' | 'end-visit' | 'leave'

const WINDOW_MS = 60_000
/** The visit is shown again to a new renderer twice; at the third death something in it may be the cause. */
const VISIT_DEATHS = 3
/** Not even an empty screen stays up: the supervisor (systemd on a totem) starts everything anew. */
const TOTEM_DEATHS = 6

/** Counts a renderer's deaths in the last minute (anchors.md B3, ladder steps 3 and 6). */
export function createRecovery(now: () => number = Date.now) {
  let deaths: number[] = []
  return (): { recovery: Recovery; inLastMinute: number } => {
    deaths = [...deaths.filter((at) => now() - at < WINDOW_MS), now()]
    const inLastMinute = deaths.length
    const recovery = inLastMinute >= TOTEM_DEATHS ? 'leave' : inLastMinute >= VISIT_DEATHS ? 'end-visit' : 'renew'
    return { recovery, inLastMinute }
  }
}
