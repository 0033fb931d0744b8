import type { Logger } from 'pino'
import { type Clock, DAY_MS } from '../../basics/time.ts'
import type { ListDates } from '../../contract/signed-list.ts'
import { listStanding } from '../../trust/list-end.ts'
import { daysTo } from '../http/tls.ts'

/** From when to when a signed list or a CRL is good. */
export interface Validity {
  issued: Date
  ends: Date
}
export const validityOf = ({ issued, nextUpdate }: ListDates): Validity => ({
  issued: new Date(issued),
  ends: new Date(nextUpdate),
})

/** Tells the log once a day of a signed list that ends soon or has ended; the gateway goes on with it. */
export function createEndTeller(
  setting: 'trust.list' | 'console.card.trust.list' | 'keys.list',
  { now, log }: { now: Clock; log: Logger },
) {
  let told = { nextUpdate: '', at: 0 }
  return (dates: ListDates): void => {
    const at = now()
    const standing = listStanding(dates, at)
    if (standing === 'good' || (told.nextUpdate === dates.nextUpdate && +at - told.at < DAY_MS)) return
    told = { nextUpdate: dates.nextUpdate, at: +at }
    const days = Math.floor(daysTo(new Date(dates.nextUpdate), at))
    log[standing === 'ending' ? 'warn' : 'error']({ kind: 'list-ends', list: setting, days })
  }
}
