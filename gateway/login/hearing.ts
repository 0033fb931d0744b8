import { sql } from 'kysely'
import { type Clock, MINUTE_MS } from '../../basics/time.ts'
import type { Database } from '../store/schema.ts'

/**
 * Counts the minutes in which the gateway heard a totem. A log-in is worth so many of them. In silence the count stands
 * still, so that what a totem recorded while its line was away has as long to get through as any other request, and a
 * totem that talks cannot keep a log-in for later.
 */
export interface Hearing {
  /** Notes that the totem is heard now; answers in how many minutes it was. */
  minutesOf(totem: string): Promise<number>
}

/** A gateway whose clock was ahead by more has counted minutes that have not come yet. */
const CLOCKS_DIFFER_MIN = 5

/** All gateways of a database count together; one asks it once a minute for each totem that calls it. */
export function createHearing({ db, now }: { db: Database; now: Clock }): Hearing {
  const heard = new Map<string, { minute: number; minutes: Promise<number> }>()

  async function note(totem: string, minute: number): Promise<number> {
    const { rows } = await sql<{ minutes: number }>`
      insert into hearing as known (totem, minutes, minute) values (${totem}, 1, ${minute}::integer)
      on conflict (totem) do update set
        minutes = known.minutes + case
          when known.minute < excluded.minute or known.minute > excluded.minute + ${CLOCKS_DIFFER_MIN} then 1 else 0 end,
        minute = case when known.minute > excluded.minute + ${CLOCKS_DIFFER_MIN} then excluded.minute
          else greatest(known.minute, excluded.minute) end
      returning minutes`.execute(db)
    return rows[0]?.minutes ?? 0
  }

  return {
    minutesOf(totem) {
      const minute = Math.floor(+now() / MINUTE_MS)
      const last = heard.get(totem)
      if (last?.minute === minute) return last.minutes
      const minutes = note(totem, minute)
      heard.set(totem, { minute, minutes })
      // The database was away: the next call asks again.
      minutes.catch(() => {
        if (heard.get(totem)?.minutes === minutes) heard.delete(totem)
      })
      return minutes
    },
  }
}
