import { readdirSync } from 'node:fs'
import packageJson from '../../package.json' with { type: 'json' }
import { CLOCK_SKEW_MS } from '../../trust/revocation.ts'
import type { Check } from './rows.ts'

/** The totem judges cards by its clock and dates its papers by it. A technician should look before 5 minutes. */
const OFF_MS = { attention: 30_000, failed: 300_000 }
const RTC = '/sys/class/rtc'

/** An instant that was written somewhere, and cannot be later than now. */
export interface Trace {
  what: string
  at: Date | null
}

/** No version of this software can be older than itself. */
const RELEASED: Trace = { what: 'software', at: new Date(packageJson.released) }

/** What by this clock comes from the future, if anything does. */
const fromTheFuture = (traces: readonly Trace[], now: Date): Trace | null =>
  traces.find(({ at }) => at !== null && +at > +now + CLOCK_SKEW_MS) ?? null

/**
 * The clock, whatever else fails: a report that is signed must not say that a totem of 1970 is ready. The gateway's time
 * counts most. Where it could not be asked, TLS and everything that has a date bear witness. `offMs` null: not told;
 * `tlsCode`: why.
 */
export function tryClock(
  offMs: number | null,
  tlsCode: string | null,
  traces: readonly Trace[],
  now: Date,
  hasRtc = rtcs() > 0,
): Pick<Check, 'outcome' | 'detail'> {
  if (offMs !== null) {
    const off = Math.abs(offMs)
    const outcome = off > OFF_MS.failed ? 'failed' : off > OFF_MS.attention ? 'attention' : 'ok'
    return { outcome, detail: `± ${Math.round(off / 1_000)} s` }
  }
  const today = now.toISOString().slice(0, 16)
  const future = fromTheFuture([RELEASED, ...traces], now)
  if (future) return { outcome: 'failed', detail: `${today} < ${future.what} ${future.at?.toISOString().slice(0, 16)}` }
  if (tlsCode === 'CERT_NOT_YET_VALID' || tlsCode === 'CERT_HAS_EXPIRED') {
    return { outcome: 'failed', detail: `${today}, gateway: ${tlsCode}` }
  }
  if (!hasRtc) return { outcome: 'failed', detail: `${today}, no-rtc` }
  return { outcome: 'attention', detail: `${today}, not-confirmed` }
}

function rtcs(): number {
  try {
    return readdirSync(RTC).length
  } catch {
    return 0
  }
}
