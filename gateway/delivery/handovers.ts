import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import { HANDOVER_MS, HANDOVER_RETRY_MS, HANDOVERS_WAITING, type HandoverState } from '../../contract/handover.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Database } from '../store/schema.ts'
import { withDelivery } from './tables.ts'

/** Times count when they are read. This is how long ciphertext that nobody can have any more stays at most. */
const SWEEP_MS = 10_000
/** A totem that has been away still hears what became of its link. */
const REMEMBERED_MS = 3_600_000

/** Encrypted documents that wait for a telephone. */
export interface Handovers {
  /** Takes one in; null: this id has been used. */
  offer(totem: string, id: string, sealed: Buffer): Promise<{ until: Date } | null>
  became(totem: string, id: string): Promise<HandoverState>
  withdraw(totem: string, id: string): Promise<void>
  /** The ciphertext, for the first telephone that asks. A second one ends it for both. */
  claim(id: string, phone: string): Promise<Result<Buffer, { kind: 'contested' | 'gone' }>>
  /** The ciphertext of a mailed link, for whoever says its six digits: three times, and five wrong ones end it. */
  open(id: string, code: string): Promise<Result<Buffer, { kind: 'gone' } | { kind: 'code-wrong'; left: number }>>
  /** The telephone has the whole document. False: it is not the one that has asked, or too late. */
  taken(id: string, phone: string): Promise<boolean>
  /** Erases what has ended; this also happens by itself. */
  sweep(): Promise<void>
  stop(): void
}

/** `codeOf`: keyed hash of a code, so that who reads the database cannot try a million of them. */
export function createHandovers({
  db,
  codeOf,
  now,
  log,
}: {
  db: Database
  codeOf(id: string, code: string): string
  now: Clock
  log: Logger
}): Handovers {
  const delivery = withDelivery(db)
  const ago = (ms: number) => new Date(+now() - ms)
  /** What can still be had: its time is not over, nor the minute in which the same telephone may ask again. */
  const lives = () => sql<boolean>`
    ended is null and until > ${now()}::timestamptz
    and coalesce(tries_left, 1) > 0 and coalesce(downloads_left, 1) > 0
    and (code is not null or taken_at is null or taken_at > ${ago(HANDOVER_RETRY_MS)}::timestamptz)`
  const over = { sealed: null, ended: 'gone' as const }

  async function sweep() {
    await delivery
      .updateTable('handover')
      .set(over)
      .where('ended', 'is', null)
      .where(sql<boolean>`not (${lives()})`)
      .execute()
    await delivery.deleteFrom('handover').where('until', '<', ago(REMEMBERED_MS)).execute()
  }
  const timer = setInterval(
    () =>
      void sweep().catch((failure) =>
        log.warn({ kind: 'handovers-not-swept', code: (failure as { code?: unknown }).code }),
      ),
    SWEEP_MS,
  )

  return {
    offer: (totem, id, sealed) =>
      delivery.transaction().execute(async (transaction) => {
        // Two of one totem at once would each leave room for the other.
        await sql`select pg_advisory_xact_lock(hashtext(${`handover ${totem}`}))`.execute(transaction)
        const until = new Date(+now() + HANDOVER_MS)
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('handover')
          .values({ id, totem, until, sealed, phone: null, taken_at: null, ended: null })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirstOrThrow()
        if (numInsertedOrUpdatedRows !== 1n) return null
        const newest = transaction
          .selectFrom('handover')
          .select('number')
          .where('totem', '=', totem)
          .where('code', 'is', null)
          .where('ended', 'is', null)
          .where('taken_at', 'is', null)
          .orderBy('number', 'desc')
          .limit(HANDOVERS_WAITING)
        await transaction
          .updateTable('handover')
          .set(over)
          .where('totem', '=', totem)
          .where('code', 'is', null)
          .where('ended', 'is', null)
          .where('taken_at', 'is', null)
          .where('number', 'not in', newest)
          .execute()
        return { until }
      }),

    async became(totem, id) {
      const found = await delivery
        .selectFrom('handover')
        .select(['ended', 'taken_at', 'phone', 'until'])
        .where('id', '=', id)
        .where('totem', '=', totem)
        .executeTakeFirst()
      if (found?.ended === 'contested') return 'contested'
      // What a telephone has taken stays taken after its ciphertext is gone.
      if (found?.taken_at) return 'taken'
      if (!found || found.ended || found.until <= now()) return 'gone'
      return found.phone === null ? 'waiting' : 'opened'
    },

    async withdraw(totem, id) {
      await delivery
        .updateTable('handover')
        .set(over)
        .where('id', '=', id)
        .where('totem', '=', totem)
        .where('ended', 'is', null)
        .execute()
    },

    async claim(id, phone) {
      const asks = hash(phone)
      // One statement: of two telephones that ask at once the second sees the first.
      const claimed = await delivery
        .updateTable('handover')
        .set({ phone: sql<string>`coalesce(phone, ${asks})` })
        .where('id', '=', id)
        .where('code', 'is', null)
        .where(lives())
        .returning(['phone', sql<Buffer | null>`case when phone = ${asks} then sealed end`.as('sealed')])
        .executeTakeFirst()
      if (!claimed) return err({ kind: 'gone' })
      if (claimed.sealed) return ok(Buffer.from(claimed.sealed))
      await delivery
        .updateTable('handover')
        .set({ sealed: null, ended: 'contested' })
        .where('id', '=', id)
        .where('ended', 'is', null)
        .execute()
      return err({ kind: 'contested' })
    },

    async open(id, code) {
      const right = sql<boolean>`code = ${codeOf(id, code)}`
      // One statement: tries at the same time count each.
      const opened = await delivery
        .updateTable('handover')
        .set({
          tries_left: sql<number>`case when ${right} then tries_left else tries_left - 1 end`,
          downloads_left: sql<number>`case when ${right} then downloads_left - 1 else downloads_left end`,
        })
        .where('id', '=', id)
        .where('code', 'is not', null)
        .where(lives())
        .returning(['tries_left as left', sql<Buffer | null>`case when ${right} then sealed end`.as('sealed')])
        .executeTakeFirst()
      if (!opened) return err({ kind: 'gone' })
      if (opened.sealed) {
        await delivery
          .updateTable('letter')
          .set({ state: 'delivered', sealed: null })
          .where('handover', '=', id)
          .where('state', 'in', ['waiting', 'handed-over'])
          .execute()
        return ok(Buffer.from(opened.sealed))
      }
      return err({ kind: 'code-wrong', left: opened.left ?? 0 })
    },

    async taken(id, phone) {
      const { numUpdatedRows } = await delivery
        .updateTable('handover')
        .set({ taken_at: sql<Date>`coalesce(taken_at, ${now()}::timestamptz)` })
        .where('id', '=', id)
        .where('phone', '=', hash(phone))
        .where(lives())
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    sweep,
    stop: () => clearInterval(timer),
  }
}

const hash = (phone: string) => createHash('sha256').update(phone).digest('base64url')
