import { HOUR_MS, italianDay } from '../../../basics/time.ts'
import type { Purpose } from '../pdnd/registry.ts'

const CLOCK_IN_ITALY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome', timeStyle: 'medium' })
const SECONDS_A_DAY = 86_400

export interface Turn {
  /** Which limit is reached; null when the call may go on. */
  over: 'daily' | 'rate' | null
  headers: Record<string, string | number>
}

/** Calls of each purpose: per day from 00:00 to 24:00 in Rome, and per second. */
export function createQuotas() {
  const days = new Map<string, { day: string; used: number }>()
  const seconds = new Map<string, { second: number; used: number }>()

  return {
    take({ purposeId, dailyCalls, callsPerSecond }: Purpose, now: Date): Turn {
      const day = italianDay(now)
      const today = fresh(days.get(purposeId), (known) => known.day === day) ?? { day, used: 0 }
      days.set(purposeId, today)
      const second = Math.floor(+now / 1000)
      const current = fresh(seconds.get(purposeId), (known) => known.second === second) ?? { second, used: 0 }
      seconds.set(purposeId, current)

      const over = today.used >= dailyCalls ? 'daily' : current.used >= callsPerSecond ? 'rate' : null
      if (!over) {
        today.used++
        current.used++
      }
      return { over, headers: limitHeaders(dailyCalls, dailyCalls - today.used, now) }
    },
  }
}

/** Headers of a reply: the daily limit, what is left of it, and the seconds until midnight. */
export const limitHeaders = (limit: number, remaining: number, now: Date) => ({
  'x-ratelimit-limit': limit,
  'x-ratelimit-remaining': remaining,
  'x-ratelimit-reset': secondsToMidnight(now),
})

/** Until the next midnight in Rome; on the two days a year when clocks change, an hour more or less. */
function secondsToMidnight(now: Date): number {
  const [hours = 0, minutes = 0, seconds = 0] = CLOCK_IN_ITALY.format(now).split(':').map(Number)
  return SECONDS_A_DAY - (hours * HOUR_MS) / 1000 - minutes * 60 - seconds
}

const fresh = <T>(known: T | undefined, holds: (known: T) => boolean): T | null =>
  known !== undefined && holds(known) ? known : null
