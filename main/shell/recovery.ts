import { MINUTE_MS } from '../../basics/time.ts'

/** After a renderer's death: bring a new one, end the visit too, or leave and be restarted as a whole. */
export type Recovery = 'renew' | 'end-visit' | 'leave'

const WINDOW_MS = MINUTE_MS
/** A new renderer shows the visit again twice; at the third death the visit may be the cause. */
const VISIT_DEATHS = 3
/** Not even an empty screen stays up: the supervisor (systemd on a totem) starts everything anew. */
const TOTEM_DEATHS = 6

/** Counts the deaths of renderers in the last minute. */
export function createRecovery(now: () => number = Date.now) {
  let deaths: number[] = []
  return (): { recovery: Recovery; inLastMinute: number } => {
    deaths = [...deaths.filter((at) => now() - at < WINDOW_MS), now()]
    const inLastMinute = deaths.length
    const recovery = inLastMinute >= TOTEM_DEATHS ? 'leave' : inLastMinute >= VISIT_DEATHS ? 'end-visit' : 'renew'
    return { recovery, inLastMinute }
  }
}
