import { dayAfter } from './count.ts'
import { hiddenIn, type Shown, shownOf, totalShown } from './suppress.ts'

const WEEK = 7

/** The days from one to the other, both among them. */
export function daysBetween(from: string, until: string): string[] {
  const days = []
  for (let day = from; day <= until; day = dayAfter(day)) days.push(day)
  return days
}

/**
 * Counts of days with the mean of the seven days up to each. Where they leave the ente, the days of a month are a list
 * whose total is told elsewhere (`monthOf`; null: hidden): a month that is small or hidden itself shows no day. The total may be
 * another than that of its days, where an office has brought the month alone: then the rest follows from the days, as one of them
 * does. A mean with a hidden day in it is none, because the day would follow from the next one.
 */
export function dailyOf(
  counts: ReadonlyMap<string, number>,
  { from, until, exact, monthOf }: { from: string; until: string; exact: boolean; monthOf(month: string): Shown },
): { day: string; count: Shown; mean: number | null }[] {
  const whole = daysBetween(dayAfter(from, 1 - WEEK), until)
  const shown = new Map<string, Shown>(whole.map((day) => [day, counts.get(day) ?? 0]))
  if (!exact)
    for (const month of new Set(whole.map((day) => day.slice(0, 7)))) {
      const days = daysBetween(`${month}-01`, `${month}-31`).filter((day) => day.startsWith(month))
      const list = days.map((day) => counts.get(day) ?? 0)
      const total = monthOf(month)
      const sum = list.reduce((before, count) => before + count, 0)
      const told =
        total === null || totalShown(list) === null
          ? list.map((count) => (count > 0 ? null : 0))
          : shownOf(list, hiddenIn([...list, Math.abs(total - sum)]))
      for (const [at, day] of days.entries()) if (shown.has(day)) shown.set(day, told[at] ?? null)
    }
  return daysBetween(from, until).map((day) => {
    const week = daysBetween(dayAfter(day, 1 - WEEK), day).map((each) => shown.get(each) ?? null)
    const sum = week.reduce((total: Shown, each) => (total === null || each === null ? null : total + each), 0)
    return { day, count: shown.get(day) ?? null, mean: sum === null ? null : sum / WEEK }
  })
}
