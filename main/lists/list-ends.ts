import { DAY_MS } from '../../basics/time.ts'
import type { ListDates } from '../../contract/signed-list.ts'
import { listStanding } from '../../trust/list-end.ts'
import type { Journal } from '../journal/journal.ts'

export interface ListEnds {
  /** True: a list has ended for so long that the totem serves no card by it. */
  readonly lapsed: boolean
  /** Tells the log of lists that end or have ended, each once a day. */
  tell(): void
}

/**
 * Watches the ends of the signed lists in force, by the totem's own clock. A gateway that withholds a newer list, or
 * hands out an old one, cannot hide that: the end is signed.
 */
export function watchListEnds(
  lists: Record<'trust' | 'gateway-keys', () => ListDates>,
  { journal, now }: { journal: Pick<Journal, 'record'>; now(): Date },
): ListEnds {
  const told = new Map<string, { standing: string; at: number }>()
  const entries = Object.entries(lists) as [keyof typeof lists, () => ListDates][]

  function tellOne(list: keyof typeof lists, dates: ListDates): void {
    const at = now()
    const standing = listStanding(dates, at)
    const before = told.get(list)
    if (standing === before?.standing && Math.abs(+at - before.at) < DAY_MS) return
    told.set(list, { standing, at: +at })
    const days = Math.floor(Math.abs(Date.parse(dates.nextUpdate) - +at) / DAY_MS)
    const fields = { list, days, ends: dates.nextUpdate }
    if (standing === 'ending') journal.record('list.ending', fields)
    else if (standing !== 'good') journal.record(standing === 'ended' ? 'list.ended' : 'list.lapsed', fields)
  }

  return {
    get lapsed() {
      return entries.some(([, dates]) => listStanding(dates(), now()) === 'lapsed')
    },
    tell() {
      for (const [list, dates] of entries) tellOne(list, dates())
    },
  }
}
