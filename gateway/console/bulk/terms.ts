import { DAY_MS, HOUR_MS, italianDay, italianMidnight } from '../../../basics/time.ts'
import { noSilences } from '../../../contract/console/bulk.ts'
import { isHoliday } from '../../fleet/calendar.ts'

/** The calendar of the comune that validates: its ISTAT code, and its patron's day, MM-DD. */
export interface Calendar {
  comune: string
  patron: string | null
}

/** How long silence takes: the last working day, YYYY-MM-DD, and the moment after which the request is approved. */
export interface Term {
  lastDay: string
  endsAt: Date
}

/** A time in which no TOP could reach the console. */
export interface Outage {
  from: Date
  to: Date
}

/** An answer within working hours is what a term counts on; so many of them may be lost before it moves. */
const WORKING_HOURS = { from: 8, to: 18 }
const FORGIVEN_MS = 4 * HOUR_MS
const WORKING_DAY_MS = (WORKING_HOURS.to - WORKING_HOURS.from) * HOUR_MS
/** A reminder comes at this hour of the last day. */
const REMINDER_HOUR = 9
/** A term that moves into the next outage moves again; a year of them is no term. */
const LONGEST = 260

// Noon of Greenwich lies within the same day in Italy, in winter and in summer.
const noon = (day: string) => Date.parse(`${day}T12:00:00Z`)
const dayAfter = (day: string) => new Date(noon(day) + DAY_MS).toISOString().slice(0, 10)
/** Wall-clock hours of a day; working hours lie far from the hour that a change of clocks repeats or leaves out. */
const hourOf = (day: string, hour: number) => {
  const inWinter = new Date(`${day}T${String(hour).padStart(2, '0')}:00:00+01:00`)
  const isSummer = +italianMidnight(dayAfter(day)) === Date.parse(`${dayAfter(day)}T00:00:00+02:00`)
  return isSummer ? new Date(+inWinter - HOUR_MS) : inWinter
}

export function isWorkingDay(day: string, { comune, patron }: Calendar): boolean {
  const weekday = new Date(noon(day)).getUTCDay()
  if (weekday === 0 || weekday === 6) return false
  const [year, date] = [Number(day.slice(0, 4)), day.slice(5)]
  return date !== patron && !isHoliday(year, date, comune)
}

/**
 * So many working days after the day of `from`, which does not count itself; the term ends with its last day, at the next
 * midnight in Italy.
 */
export function termOf(from: Date, days: number, calendar: Calendar): Term {
  let lastDay = italianDay(from)
  for (let left = days; left > 0; ) {
    lastDay = dayAfter(lastDay)
    if (isWorkingDay(lastDay, calendar)) left--
  }
  return { lastDay, endsAt: italianMidnight(dayAfter(lastDay)) }
}

/**
 * The same where the console was away meanwhile: more than four working hours lost move the term by whole working days, as
 * many as were lost, and it may move into the next outage.
 */
export function termMovedBy(outages: readonly Outage[], from: Date, days: number, calendar: Calendar): Term {
  for (let moved = 0; moved <= LONGEST; ) {
    const term = termOf(from, days + moved, calendar)
    const lost = lostWithin(outages, from, term.endsAt, calendar)
    const due = lost > FORGIVEN_MS ? Math.ceil(lost / WORKING_DAY_MS) : 0
    if (due <= moved) return term
    moved = due
  }
  return termOf(from, days + LONGEST, calendar)
}

function lostWithin(outages: readonly Outage[], from: Date, to: Date, calendar: Calendar): number {
  let lost = 0
  for (let day = italianDay(from); +italianMidnight(day) < +to; day = dayAfter(day)) {
    if (!isWorkingDay(day, calendar)) continue
    const open = {
      from: Math.max(+hourOf(day, WORKING_HOURS.from), +from),
      to: Math.min(+hourOf(day, WORKING_HOURS.to), +to),
    }
    for (const outage of outages) {
      lost += Math.max(0, Math.min(open.to, +outage.to) - Math.max(open.from, +outage.from))
    }
  }
  return lost
}

/** Working days that a term still has when its clock is stopped at `at`; the answer's day will not count, so one is left. */
export function daysLeft(at: Date, { lastDay }: Term, calendar: Calendar): number {
  let left = 0
  for (let day = dayAfter(italianDay(at)); day <= lastDay; day = dayAfter(day)) if (isWorkingDay(day, calendar)) left++
  return Math.max(1, left)
}

/** When TOPs are reminded: at half term, and on the morning of the last day. */
export const remindersOf = (sentAt: Date, { lastDay, endsAt }: Term): { half: Date; last: Date } => ({
  half: new Date((+sentAt + +endsAt) / 2),
  last: hourOf(lastDay, REMINDER_HOUR),
})

/** Why silence may not approve a request, though nobody objects. */
export type NoSilence = (typeof noSilences)[number]

/** Silence counts only where nothing of this stands against it. */
export function againstSilence({
  agreement,
  rows,
  territory,
  special,
  openAlert,
}: {
  agreement: { allowed: boolean; rowsMost: number }
  rows: number
  territory: 'comune' | 'comuni' | 'italia'
  /** It tells of parents and marriages (contract/console/profiles.ts): somebody is to look at it. */
  special: boolean
  /** An alert about its author that nobody has closed. */
  openAlert: boolean
}): NoSilence[] {
  const against: Record<NoSilence, boolean> = {
    agreement: !agreement.allowed,
    rows: rows > agreement.rowsMost,
    italy: territory === 'italia',
    'special-section': special,
    'open-alert': openAlert,
  }
  return noSilences.filter((reason) => against[reason])
}
