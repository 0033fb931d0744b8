import { DAY_MS } from '../../basics/time.ts'
import { weekdays } from '../../contract/office.ts'

/** National holidays of fixed date, MM-DD; 4 October since 2026 (law 151/2025). Patron's days are each town's own. */
const FIXED = ['01-01', '01-06', '04-25', '05-01', '06-02', '08-15', '10-04', '11-01', '12-08', '12-25', '12-26']
const SAN_FRANCESCO = { day: '10-04', since: 2026 }
/** Comuni of the province of Bolzano, by their ISTAT code: Whit Monday is a holiday there alone (DPR 792/1985 art. 1). */
const BOLZANO = /^021\d{3}$/
const WHIT_MONDAY = 50

/** Easter Sunday in the Gregorian calendar, MM-DD (Meeus, Astronomical Algorithms, chapter 8). */
export function easter(year: number): string {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100]
  const [d, e, f] = [Math.floor(b / 4), b % 4, Math.floor((b + 8) / 25)]
  const g = Math.floor((b - f + 1) / 3)
  const h = (19 * a + b - d - g + 15) % 30
  const [i, k] = [Math.floor(c / 4), c % 4]
  const l = (32 + 2 * e + 2 * i - h - k) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const sum = h + l - 7 * m + 114
  return dayText(new Date(Date.UTC(year, Math.floor(sum / 31) - 1, (sum % 31) + 1)))
}
const dayText = (day: Date) => day.toISOString().slice(5, 10)

const ROME = new Intl.DateTimeFormat('en-GB', {
  ...{ timeZone: 'Europe/Rome', hourCycle: 'h23' },
  ...{ year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'short', hour: '2-digit', minute: '2-digit' },
} as const)

/** The national holidays from one day to the other, YYYY-MM-DD. */
export function holidaysBetween(from: Date, to: Date): string[] {
  const days = []
  for (let day = new Date(+from - DAY_MS); +day <= +to + DAY_MS; day = new Date(+day + DAY_MS)) {
    if (isHoliday(day.getUTCFullYear(), dayText(day))) days.push(day.toISOString().slice(0, 10))
  }
  return days
}

/** Whether this day, MM-DD, is a national holiday; with a comune's ISTAT code also one of its province. */
export function isHoliday(year: number, day: string, comune: string | null = null): boolean {
  const sunday = easter(year)
  const after = (days: number) => dayText(new Date(Date.parse(`${year}-${sunday}T00:00:00Z`) + days * DAY_MS))
  const isFixed = FIXED.includes(day) && !(day === SAN_FRANCESCO.day && year < SAN_FRANCESCO.since)
  const isOfProvince = comune !== null && BOLZANO.test(comune) && day === after(WHIT_MONDAY)
  return isFixed || day === sunday || day === after(1) || isOfProvince
}

/** The moment as an office's door knows it: `weekday` from 1 (Monday), `time` HH:MM, `day` MM-DD. */
export interface OfficeMoment {
  weekday: number
  time: string
  day: string
  holiday: boolean
}

export function officeMoment(at: Date): OfficeMoment {
  const part = Object.fromEntries(ROME.formatToParts(at).map(({ type, value }) => [type, value]))
  const [year, day] = [Number(part.year), `${part.month}-${part.day}`]
  return {
    weekday: weekdays.indexOf((part.weekday ?? '').toLowerCase() as (typeof weekdays)[number]) + 1,
    time: `${part.hour}:${part.minute}`,
    day,
    holiday: isHoliday(year, day),
  }
}
