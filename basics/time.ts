/** Given to everything that needs the time, so that a test can be in another day. */
export type Clock = () => Date

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** Made at the first question and kept: making one takes longer than a request, and 10 ms of a start. */
let calendar: Intl.DateTimeFormat | undefined
/** Days begin with a minute everywhere, and a gateway asks for today's several times a request. */
let known = { minute: Number.NaN, day: '' }
/** The day in Italy, YYYY-MM-DD: what is dated by law is dated by the citizen's calendar, not by Greenwich's. */
export function italianDay(at: Date): string {
  const minute = Math.floor(+at / MINUTE_MS)
  if (minute !== known.minute) {
    calendar ??= new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome' })
    known = { minute, day: calendar.format(at) }
  }
  return known.day
}

/** The moment at which this day (YYYY-MM-DD) begins in Italy. */
export function italianMidnight(day: string): Date {
  const summer = new Date(`${day}T00:00:00+02:00`)
  return italianDay(summer) === day ? summer : new Date(`${day}T00:00:00+01:00`)
}
