import { DAY_MS } from '../../../basics/time.ts'

/** What ANPR lets be asked of one service in a day, and what is left of it today. */
export interface Allowance {
  daily: number
  left: number
}

export interface Estimate {
  /** Questions to ANPR. */
  calls: number
  /** Days until the last row is answered, today included; null: never, since nothing of the day is for lists. */
  days: number | null
}

/**
 * How long single questions take: today what is left of the day, then a day's share each day. `share`: the part of a day
 * that this body has beside others (1: nobody else has a request). Null where a service has no limit.
 */
export function estimateOf(calls: number, allowance: Allowance | null, share: number): Estimate {
  if (allowance === null || calls === 0) return { calls, days: calls === 0 ? 0 : 1 }
  const [today, each] = [allowance.left, allowance.daily].map((most) => Math.floor(Math.max(0, most) * share))
  const rest = Math.max(0, calls - (today ?? 0))
  if (rest === 0) return { calls, days: 1 }
  return { calls, days: each === 0 || each === undefined ? null : 1 + Math.ceil(rest / each) }
}

/** A list that a bulk service takes is asked in parts, one after the other, each within a day. */
export function bulkEstimateOf(rows: number, part: number): Estimate {
  const calls = Math.ceil(rows / part)
  return { calls, days: calls }
}

/** The day on which the last row is answered, where the first is asked on this one (YYYY-MM-DD). */
export const endsOn = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T12:00:00Z`) + Math.max(0, days - 1) * DAY_MS).toISOString().slice(0, 10)
