import { sql } from 'kysely'
import { type Clock, HOUR_MS, MINUTE_MS } from '../../../basics/time.ts'
import type { Database } from '../../store/schema.ts'

/** A minute in which more than this share failed is one in which nobody could count on it. */
const FAILING = 0.2

export type Counted = 'anpr' | 'console' | 'lists' | 'outcome'

/** Counts what this process sees, and adds it to the hour's figures once a minute: other gateways add theirs. */
export interface Tally {
  count(objective: Counted, isGood: boolean): void
  stop(): Promise<void>
}

export function createTally({ db, now }: { db: Database; now: Clock }): Tally {
  let [minute, counts] = [Math.floor(+now() / MINUTE_MS), new Map<Counted, { good: number; total: number }>()]
  let last = Promise.resolve()

  function put(): void {
    const [done, of] = [counts, minute]
    counts = new Map()
    minute = Math.floor(+now() / MINUTE_MS)
    for (const [objective, { good, total }] of done) {
      const failing = (total - good) / total > FAILING ? (1n << BigInt(of % 60)).toString() : '0'
      const hour = new Date(Math.floor((of * MINUTE_MS) / HOUR_MS) * HOUR_MS)
      last = last
        .then(() =>
          sql`
            insert into objective_hour as known (objective, hour, good, total, failing)
            values (${objective}, ${hour}::timestamptz, ${good}::bigint, ${total}::bigint, ${failing}::bigint)
            on conflict (objective, hour) do update set good = known.good + excluded.good,
              total = known.total + excluded.total, failing = known.failing | excluded.failing`.execute(db),
        )
        .then(
          () => undefined,
          // Figures of one minute, while the database is away.
          () => undefined,
        )
    }
  }
  const timer = setInterval(put, MINUTE_MS)
  return {
    count(objective, isGood) {
      if (Math.floor(+now() / MINUTE_MS) !== minute) put()
      const kept = counts.get(objective) ?? { good: 0, total: 0 }
      counts.set(objective, { good: kept.good + Number(isGood), total: kept.total + 1 })
    },
    async stop() {
      clearInterval(timer)
      put()
      await last
    },
  }
}
