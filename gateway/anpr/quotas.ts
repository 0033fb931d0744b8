import { sql } from 'kysely'
import { type Clock, italianDay } from '../../basics/time.ts'
import type { Database } from '../store/schema.ts'
import { failure } from './answers.ts'
import type { Service } from './services.ts'
import type { Transport } from './transport.ts'

/** What one service may be asked in a day, midnight to midnight in Rome; `reserve` of it is for what has begun already. */
export interface Quota {
  daily: number
  reserve: number
}

export type Allowances = (service: Service) => Promise<{ daily: number; left: number } | null>

export interface Quotas {
  /** Lets a call through as long as its service may be asked today, and counts it. */
  counted(line: Transport): Transport
  /** May something begin that needs these services, so that it can also be finished today? */
  mayBegin(...services: Service[]): Promise<boolean>
  /** What of a service's day is not kept for citizens, and what is left of that today; null: it has no limit that we know. */
  allowance: Allowances
  /** The service said that its day is used up: nobody asks it before midnight. */
  close(service: Service): Promise<void>
}

/**
 * Calls that a process takes at a time, so that not each costs a commit: a thousandth of the day, within these. What it
 * leaves over counts as asked.
 */
const AT_ONCE = { least: 10, most: 100 }
const KEPT_DAYS = 31

/**
 * Counts by service, since each has a purpose of its own and PDND counts by purpose, over all gateways on the database.
 * Every call counts, also one that repeats an id: nothing says that the Ministry does not count it.
 */
export function createQuotas({
  db,
  limits,
  now,
}: {
  db: Database
  limits: Partial<Record<Service, Quota>>
  now: Clock
}): Quotas {
  interface Hand {
    day: string
    left: number
    closed: boolean
  }
  const hands = new Map<Service, Hand>()
  /** One look at the database at a time and service. */
  const looks = new Map<Service, Promise<unknown>>()

  function handFor(service: Service): Hand {
    const day = italianDay(now())
    const hand = hands.get(service)
    if (hand?.day === day) return hand
    const fresh = { day, left: 0, closed: false }
    hands.set(service, fresh)
    return fresh
  }

  async function fill(service: Service, hand: Hand): Promise<void> {
    const daily = limits[service]?.daily ?? Number.POSITIVE_INFINITY
    const atOnce = Math.min(Math.max(Math.floor(daily / 1_000), AT_ONCE.least), AT_ONCE.most)
    const { rows } = await sql<{ taken: number; closed: boolean }>`
      insert into anpr_calls (service, day, taken) values (${service}, ${hand.day}::date, ${atOnce}::integer)
      on conflict (service, day) do update set taken = anpr_calls.taken + ${atOnce}::integer
      returning taken, closed`.execute(db)
    const [{ taken, closed } = { taken: 0, closed: false }] = rows
    if (taken === atOnce)
      await sql`delete from anpr_calls where day < ${hand.day}::date - ${KEPT_DAYS}::integer`.execute(db)
    hand.left = Math.max(0, Math.min(atOnce, daily - (taken - atOnce)))
    hand.closed = closed || hand.left === 0
  }

  async function take(service: Service): Promise<boolean> {
    const hand = handFor(service)
    while (hand.left === 0 && !hand.closed) {
      const look = looks.get(service) ?? fill(service, hand).finally(() => looks.delete(service))
      looks.set(service, look)
      await look
    }
    if (hand.closed) return false
    hand.left--
    return true
  }

  return {
    counted: (line) => ({
      async post(call) {
        return (await take(call.service)) ? line.post(call) : failure('anpr-closed', 'day-used-up')
      },
      forget: (asker) => line.forget(asker),
      close: () => line.close(),
    }),
    async mayBegin(...services) {
      const { rows } = await sql<{ service: Service; taken: number; closed: boolean }>`
        select service, taken, closed from anpr_calls
        where day = ${italianDay(now())}::date and service = any(${services}::text[])`.execute(db)
      return rows.every(({ service, taken, closed }) => {
        const { daily, reserve } = limits[service] ?? { daily: Number.POSITIVE_INFINITY, reserve: 0 }
        return !closed && taken <= daily - reserve
      })
    },
    async allowance(service) {
      const limit = limits[service]
      if (!limit) return null
      const { rows } = await sql<{ taken: number; closed: boolean }>`
        select taken, closed from anpr_calls where service = ${service} and day = ${italianDay(now())}::date`.execute(
        db,
      )
      const [{ taken, closed } = { taken: 0, closed: false }] = rows
      const daily = limit.daily - limit.reserve
      return { daily, left: closed ? 0 : Math.max(0, daily - taken) }
    },
    async close(service) {
      const hand = handFor(service)
      hand.closed = true
      await sql`
        insert into anpr_calls (service, day, taken, closed) values (${service}, ${hand.day}::date, 0, true)
        on conflict (service, day) do update set closed = true`.execute(db)
    },
  }
}
