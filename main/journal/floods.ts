import { HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import { type JournalEventId, type JournalFields, journalEvents } from '../../contract/journal-events.ts'
import type { Limit } from '../../contract/journal-floods.ts'
import type { Journal } from './journal.ts'

/** Entries by which a started totem sees what the one before it was telling: a crash loop is a flood too. */
const LOOKED_AT = 500
/** Requests whose last entry is remembered, so that the same one is not written twice. */
const REMEMBERED = 1_000

/** What was written of one kind of entry, and what was counted instead. */
interface Tally {
  tokens: number
  at: number
  /** Since when entries are counted; null: they are written. */
  floodSince: number | null
  times: number
  newest: JournalFields<JournalEventId> | null
}

interface Kind {
  event: JournalEventId
  limit: Limit
  tally: Tally
}

/**
 * Keeps floods out of the sync log: a fault that lasts or a part that flaps would push out useful entries at this
 * totem, and fill the gateway's disk for a whole fleet. Each event has its limit (contract/journal-floods.ts). Beyond it
 * entries are counted, and once an hour one is written with the newest fields and the count. `tellRepeats` is to be
 * called now and then. A totem that ends without warning loses its counts of the last hour, and no entry.
 */
export function withoutFloods<J extends Pick<Journal, 'record' | 'newest' | 'close'>>(
  journal: J,
  now: () => number,
): J & { tellRepeats(): void } {
  const kinds = new Map<string, Kind>()
  let lookedAt = 0
  for (const { event, fields, at } of journal.newest(LOOKED_AT)) {
    if (Date.parse(at) <= now() && now() - Date.parse(at) < HOUR_MS)
      kindsOf(event, fields as never, Date.parse(at)).forEach(take)
  }

  /** The kinds that an entry belongs to, the narrower first. */
  function kindsOf<I extends JournalEventId>(event: I, fields: JournalFields<I>, at: number): Kind[] {
    const { same, all } = journalEvents[event].flood
    const { times: _, ...own } = fields
    return [
      ...(same ? [kindOf(`${event} ${JSON.stringify(own)}`, event, same, at)] : []),
      ...(all ? [kindOf(event, event, all, at)] : []),
    ]
  }

  function kindOf(key: string, event: JournalEventId, limit: Limit, at: number): Kind {
    const kind = kinds.get(key) ?? {
      ...{ event, limit },
      tally: { tokens: limit.burst, at, floodSince: null, times: 0, newest: null },
    }
    // The newest stand last.
    kinds.delete(key)
    kinds.set(key, kind)
    const { tally } = kind
    tally.tokens = Math.min(limit.burst, tally.tokens + (Math.max(0, at - tally.at) / HOUR_MS) * limit.perHour)
    tally.at = at
    return kind
  }

  function take({ tally }: Kind): void {
    tally.tokens = Math.max(0, tally.tokens - 1)
  }

  /** True when the entry is counted instead of written. */
  function counts({ tally }: Kind, fields: JournalFields<JournalEventId>, at: number): boolean {
    if (tally.floodSince === null && tally.tokens >= 1) return false
    tally.floodSince ??= at
    tally.times++
    tally.newest = fields
    return true
  }

  function tell(kind: Kind): void {
    const { event, tally } = kind
    const { times, newest } = tally
    tally.times = 0
    tally.newest = null
    if (newest && times > 0) journal.record(event, { ...newest, times } as never)
  }

  function tellRepeats(): void {
    const at = now()
    lookedAt = at
    for (const [key, kind] of kinds) {
      const { limit, tally } = kind
      const since = tally.floodSince ?? tally.at
      // A clock that was put back ends the hour too.
      if (at >= since && at - since < HOUR_MS) continue
      if (tally.floodSince === null) {
        kinds.delete(key)
        continue
      }
      const goesOn = tally.times >= limit.perHour
      tell(kind)
      if (goesOn) tally.floodSince = at
      else kinds.delete(key)
    }
    for (const [key, kind] of kinds) {
      if (kinds.size <= REMEMBERED) break
      tell(kind)
      kinds.delete(key)
    }
  }

  return {
    ...journal,
    record<I extends JournalEventId>(event: I, fields: JournalFields<I>) {
      const at = now()
      if (Math.abs(at - lookedAt) >= MINUTE_MS || kinds.size > 2 * REMEMBERED) tellRepeats()
      const found = kindsOf(event, fields, at)
      if (found.some((kind) => counts(kind, fields, at))) return
      found.forEach(take)
      journal.record(event, fields)
    },
    tellRepeats,
    close() {
      for (const kind of kinds.values()) tell(kind)
      journal.close()
    },
  }
}
