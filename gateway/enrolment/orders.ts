import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { ulid } from 'ulid'
import { type Clock, HOUR_MS } from '../../basics/time.ts'
import type { OrderWish } from '../../contract/enrolment.ts'
import { CODE_SYMBOLS, codeOf, handleOf } from '../../contract/enrolment-code.ts'
import type { OrdersMade } from '../../contract/operators.ts'
import type { EnrolmentDatabase, OrderRow } from './tables.ts'

const NEWEST = 1_000
/** A handle has a million values, and an installation some thousands of orders: a second throw is rare already. */
const THROWS = 8

/** What an operator orders: places for totems, each with a code that a technician types there. */
export interface Orders {
  make(wishes: readonly OrderWish[], by: string): Promise<OrdersMade>
  list(): Promise<OrderRow[]>
  /** False: it does not wait for a machine any more. */
  withdraw(order: string, by: string): Promise<boolean>
}

export function createOrders({
  db,
  reference,
  isProvisionedByHand,
  now,
  log,
}: {
  db: EnrolmentDatabase
  reference(text: string): string
  /** The operator's own file stands for this totem, and would hide what the registrar says. */
  isProvisionedByHand(totem: string): boolean
  now: Clock
  log: Logger
}): Orders {
  async function makeOne(wish: OrderWish, by: string): Promise<OrdersMade[number]> {
    const { totem, hours, softwareKey, machine } = wish
    if (isProvisionedByHand(totem)) return { state: 'refused', totem, reason: 'provisioned-by-hand' }
    const at = now()
    // A code that nobody has used in time stands in nobody's way.
    await db
      .updateTable('totem_order')
      .set({ state: 'closed', ended_at: at })
      .where('totem', '=', totem)
      .where('state', 'in', ['open', 'begun'])
      .where('expires_at', '<=', at)
      .execute()
    for (let left = THROWS; left > 0; left--) {
      const code = codeOf(Array.from({ length: CODE_SYMBOLS }, () => randomInt(32)))
      const expiresAt = new Date(+at + hours * HOUR_MS)
      const order = ulid(+at)
      const { rows } = await sql<{ id: string }>`
        insert into totem_order
          (id, totem, handle, code, wish, machine_wanted, software_key, made_at, made_by, expires_at, state)
        values (${order}, ${totem}, ${handleOf(code)}, ${codeReference(reference, code)}, ${JSON.stringify(wish)},
          ${machine}, ${softwareKey}, ${at}, ${by}, ${expiresAt}, 'open')
        on conflict do nothing returning id`.execute(db)
      if (rows.length > 0) {
        log.info({ kind: 'order-made', order, totem, operator: by, software: softwareKey })
        return { state: 'made', order, totem, code, expiresAt: expiresAt.toISOString() }
      }
      const waits = await db
        .selectFrom('totem_order')
        .select('id')
        .where('totem', '=', totem)
        .where('state', 'in', ['open', 'begun'])
        .executeTakeFirst()
      if (waits) return { state: 'refused', totem, reason: 'waiting' }
    }
    throw new Error('no code is free')
  }

  return {
    async make(wishes, by) {
      const made: OrdersMade = []
      const seen = new Set<string>()
      for (const wish of wishes) {
        const { totem } = wish
        made.push(seen.has(totem) ? { state: 'refused', totem, reason: 'twice' } : await makeOne(wish, by))
        seen.add(totem)
      }
      return made
    },
    list: () => newest(db),
    async withdraw(order, by) {
      const { numUpdatedRows } = await db
        .updateTable('totem_order')
        .set({ state: 'withdrawn', ended_at: now() })
        .where('id', '=', order)
        .where('state', 'in', ['open', 'begun'])
        .executeTakeFirst()
      if (numUpdatedRows > 0n) log.info({ kind: 'order-withdrawn', order, operator: by })
      return numUpdatedRows > 0n
    },
  }
}

/** What the database keeps of a code: who reads it, finds none. */
export const codeReference = (reference: (text: string) => string, code: string): string =>
  reference(`totem-polis/enrolment-code ${code}`)

const newest = (db: EnrolmentDatabase) =>
  db.selectFrom('totem_order').selectAll().orderBy('id', 'desc').limit(NEWEST).execute()
