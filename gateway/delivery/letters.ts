import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type Clock, DAY_MS } from '../../basics/time.ts'
import { LETTER_DOWNLOADS, LETTER_MS, LETTER_TRIES, LETTERS_PER_DAY } from '../../contract/letter.ts'
import type { Database } from '../store/schema.ts'
import { type DeliveryDatabase, withDelivery } from './tables.ts'

/** A mail server that is away for longer than a day gets no old mail any more. */
const TRIED_MS = DAY_MS
/** While one gateway speaks to the mail server, no other takes the same letter. */
const LEASE_MS = 5 * 60_000
/** After a try in vain; the pause doubles with each. */
const FIRST_PAUSE_MS = 15_000
const LONGEST_PAUSE_MS = 30 * 60_000

export interface DueLetter {
  id: string
  totem: string
  sealed: string
  returnToken: string
}

/** A letter as a totem brings it. `requester`: its person, as the access log names them. */
export interface Offered {
  id: string
  document: Buffer
  sealed: string
  code: string
  requester: string | null
  way: 'email' | 'domicilio'
  about: { document: string | null; operation: string | null }
}

/** Letters that wait for the mail server; what became of those that it took over is in fates.ts. */
export interface Letters {
  /** False: this id has been used, or the totem has sent as many today as one may. */
  offer(totem: string, letter: Offered): Promise<boolean>
  /** Letters to be sent now, by this gateway alone. */
  due(): Promise<DueLetter[]>
  handedOver(id: string): Promise<void>
  /** The mail server has the document itself: nothing of it is kept. */
  sent(id: string): Promise<void>
  /** The encrypted document of a letter; null: it is gone. */
  documentOf(id: string): Promise<Buffer | null>
  refused(id: string): Promise<void>
  /** The mail server is away, or asks to come again. */
  later(id: string): Promise<void>
}

/** The encrypted document of a letter: nobody can have it any more. */
export const eraseDocument = (db: Pick<DeliveryDatabase, 'updateTable'>, id: string) =>
  db
    .updateTable('handover')
    .set({ sealed: null, ended: 'gone' })
    .where('id', '=', id)
    .where('ended', 'is', null)
    .execute()

/** `codeOf`: keyed hash, so that who reads the database cannot try a million codes. */
export function createLetters({
  db,
  codeOf,
  now,
}: {
  db: Database
  codeOf(id: string, code: string): string
  now: Clock
}): Letters {
  const delivery = withDelivery(db)
  const at = (ms: number) => new Date(+now() + ms)
  /** What came back may have overtaken the mail server's word. */
  async function settle(id: string, state: 'handed-over' | 'refused') {
    await delivery
      .updateTable('letter')
      .set({ state, sealed: null })
      .where('handover', '=', id)
      .where('state', '=', 'waiting')
      .execute()
    if (state === 'refused') await eraseDocument(delivery, id)
  }

  return {
    offer: (totem, { id, document, sealed, code, requester, way, about }) =>
      delivery.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(hashtext(${`letter ${totem}`}))`.execute(transaction)
        const { sent } = await transaction
          .selectFrom('letter')
          .select(({ fn }) => fn.countAll<string>().as('sent'))
          .where('totem', '=', totem)
          .where('at', '>', at(-DAY_MS))
          .executeTakeFirstOrThrow()
        if (Number(sent) >= LETTERS_PER_DAY) return false
        // What became of a letter is known for longer than its document.
        const used = await transaction
          .selectFrom('letter')
          .select('totem')
          .where('handover', '=', id)
          .executeTakeFirst()
        if (used) return false
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('handover')
          .values({
            ...{ id, totem, until: at(LETTER_MS), sealed: document, phone: null, taken_at: null, ended: null },
            ...{ code: codeOf(id, code), tries_left: LETTER_TRIES, downloads_left: LETTER_DOWNLOADS },
          })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirstOrThrow()
        if (numInsertedOrUpdatedRows !== 1n) return false
        const return_token = randomBytes(16).toString('hex')
        await transaction
          .insertInto('letter')
          .values({
            ...{ handover: id, totem, at: now(), sealed, state: 'waiting', next_at: now(), return_token },
            ...{ requester, way, ...about },
          })
          .execute()
        return true
      }),

    async due() {
      const { rows: late } = await sql<{ handover: string }>`
        select handover from letter where state = 'waiting' and at < ${at(-TRIED_MS)}::timestamptz`.execute(db)
      for (const { handover } of late) await settle(handover, 'refused')
      const { rows } = await sql<DueLetter>`
        update letter set tries = tries + 1, next_at = ${at(LEASE_MS)}::timestamptz
        where handover in (
          select handover from letter
          where state = 'waiting' and next_at <= ${now()}::timestamptz
          order by next_at limit 10 for update skip locked
        )
        returning handover as id, totem, sealed, return_token as "returnToken"`.execute(db)
      return rows
    },

    handedOver: (id) => settle(id, 'handed-over'),
    async sent(id) {
      await settle(id, 'handed-over')
      await eraseDocument(delivery, id)
    },
    async documentOf(id) {
      const found = await delivery.selectFrom('handover').select('sealed').where('id', '=', id).executeTakeFirst()
      return found?.sealed ? Buffer.from(found.sealed) : null
    },
    refused: (id) => settle(id, 'refused'),
    async later(id) {
      await sql`
        update letter set next_at = ${now()}::timestamptz
          + least(${FIRST_PAUSE_MS}::float8 * power(2, tries - 1), ${LONGEST_PAUSE_MS}::float8) * interval '1 millisecond'
        where handover = ${id} and state = 'waiting'`.execute(db)
    },
  }
}
