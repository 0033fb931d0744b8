import { DAY_MS } from '../basics/time.ts'
import { LIST_GRACE_DAYS, type ListDates } from '../contract/signed-list.ts'

/** Its signer has a month for a newer list, or the last quarter of a list of shorter life. */
const ENDING_MS = 30 * DAY_MS

/** `lapsed`: ended for longer than a totem serves on with it. */
export type ListStanding = 'good' | 'ending' | 'ended' | 'lapsed'

/** How a signed list stands at `now`, by its own dates: whoever hands it out can change neither. */
export function listStanding({ issued, nextUpdate }: ListDates, now: Date): ListStanding {
  const [begin, end] = [Date.parse(issued), Date.parse(nextUpdate)]
  if (+now >= end + LIST_GRACE_DAYS * DAY_MS) return 'lapsed'
  if (+now >= end) return 'ended'
  return +now >= end - Math.min(ENDING_MS, (end - begin) / 4) ? 'ending' : 'good'
}
