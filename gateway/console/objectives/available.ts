import { MINUTE_MS } from '../../../basics/time.ts'
import type { Cause } from '../../../contract/console/objectives.ts'
import { weekdays } from '../../../contract/office.ts'
import { officeMoment } from '../../fleet/calendar.ts'

interface Opening {
  from: (typeof weekdays)[number]
  to: (typeof weekdays)[number]
  opens: string
  closes: string
}

/** A totem's hour: a bit for each minute in which it was heard, and was ready. `hours`: of its office; null: always open. */
export interface TotemHour {
  hours: readonly Opening[] | null
  patron: string | null
  heard: bigint
  ready: bigint
  /** Of what the alarms of that hour tell. */
  trouble: Extract<Cause, 'paper' | 'device'> | null
}

const ALL = (1n << 60n) - 1n

export function bits(mask: bigint): number {
  let [rest, sum] = [mask, 0]
  for (; rest > 0n; rest &= rest - 1n) sum++
  return sum
}

/** The minutes of an hour in which an office is open: a bit each. Made for one hour and asked for thousands of offices. */
export function openMinutes(hour: Date): (office: Pick<TotemHour, 'hours' | 'patron'>) => bigint {
  const moments = Array.from({ length: 60 }, (_, minute) => officeMoment(new Date(+hour + minute * MINUTE_MS)))
  const known = new Map<string, bigint>()
  return ({ hours, patron }) => {
    if (hours === null) return ALL
    const key = JSON.stringify([hours, patron])
    const found = known.get(key)
    if (found !== undefined) return found
    let mask = 0n
    for (const [minute, { weekday, time, day, holiday }] of moments.entries()) {
      if (holiday || day === patron) continue
      const isOpen = hours.some(
        ({ from, to, opens, closes }) =>
          weekday >= weekdays.indexOf(from) + 1 &&
          weekday <= weekdays.indexOf(to) + 1 &&
          time >= opens &&
          time < closes,
      )
      if (isOpen) mask |= 1n << BigInt(minute)
    }
    known.set(key, mask)
    return mask
  }
}

/**
 * What an hour was worth: minutes of open offices with a totem that was ready. What is lost goes to the line where nothing
 * was heard, and else to what the alarms name. `anpr`: minutes in which a totem was ready in vain; they are not among the
 * totem's lost ones.
 */
export function availabilityOf(
  hour: Date,
  totems: readonly TotemHour[],
  anprFailing: bigint,
): { good: number; total: number; causes: Record<Cause, number> } {
  const openOf = openMinutes(hour)
  const causes: Record<Cause, number> = { line: 0, paper: 0, device: 0, other: 0, anpr: 0 }
  let [good, total] = [0, 0]
  for (const { heard, ready, trouble, ...office } of totems) {
    const open = openOf(office)
    if (open === 0n) continue
    total += bits(open)
    good += bits(open & ready)
    causes.line += bits(open & ~heard & ~ready)
    causes[trouble ?? 'other'] += bits(open & heard & ~ready)
    causes.anpr += bits(open & ready & anprFailing)
  }
  return { good, total, causes }
}
