import { sql } from 'kysely'
import { type Clock, DAY_MS } from '../../basics/time.ts'
import { takenHome } from '../../contract/journeys/lists.ts'
import type { LetterState, OwnLetter } from '../../contract/letter.ts'
import type { OperatedLetter } from '../../contract/operators.ts'
import type { Offices } from '../fleet/offices.ts'
import type { Database } from '../store/schema.ts'
import { eraseDocument } from './letters.ts'
import type { PecReceipt } from './pec.ts'
import { withDelivery } from './tables.ts'

type State = Exclude<LetterState, 'gone'>

/** As long as a person sees their requests. */
const SHOWN_MS = 365 * DAY_MS
const MOST_OWN = 100
const MOST = 10_000

/**
 * What a receipt makes of a letter, and of which states: receipts overtake each other, and the gateway's own note that the
 * mail server has the mail. A box that was reached late was reached.
 */
const BECOMES: Record<PecReceipt['kind'], { state: State; from: readonly State[] }> = {
  accettazione: { state: 'accepted', from: ['waiting', 'handed-over'] },
  'non-accettazione': { state: 'refused', from: ['waiting', 'handed-over'] },
  'errore-consegna': { state: 'bounced', from: ['waiting', 'handed-over', 'accepted'] },
  'avvenuta-consegna': { state: 'delivered', from: ['waiting', 'handed-over', 'accepted', 'bounced'] },
}

/** What became of letters after the mail server took them over, as it is heard, and as it is told. */
export interface Fates {
  /** A mail came back to this token; `why`: the report's status code. False: there is no such letter. */
  bounced(returnToken: string, why: string): Promise<boolean>
  /** A provider has signed this about a letter to a digital domicile. False: there is no such letter. */
  heard(id: string, receipt: PecReceipt): Promise<boolean>
  /** As the totem asks that has sent it. A failure that it hears, its person hears. */
  became(totem: string, id: string): Promise<LetterState>
  /** A person's letters at every totem, newest first. */
  ofPerson(requester: string): Promise<OwnLetter[]>
  /** The screen has shown a person which of their letters have failed. */
  told(requester: string): Promise<void>
  /** As operators see them, newest first; `domain`: that of the Message-IDs. */
  all(domain: string): Promise<OperatedLetter[]>
}

export function createFates({ db, offices, now }: { db: Database; offices: Offices; now: Clock }): Fates {
  const delivery = withDelivery(db)
  const failed = ['refused', 'bounced'] as const

  return {
    async bounced(returnToken, why) {
      const found = await delivery
        .selectFrom('letter')
        .select('handover')
        .where('return_token', '=', returnToken)
        .executeTakeFirst()
      if (!found) return false
      const { numUpdatedRows } = await delivery
        .updateTable('letter')
        .set({ state: 'bounced', sealed: null, why })
        .where('handover', '=', found.handover)
        .where('state', 'in', ['waiting', 'handed-over'])
        .executeTakeFirst()
      if (numUpdatedRows === 1n) await eraseDocument(delivery, found.handover)
      return true
    },

    heard: (id, { kind, identifier, provider, at }) =>
      delivery.transaction().execute(async (transaction) => {
        const found = await transaction
          .selectFrom('letter')
          .select('handover')
          .where('handover', '=', id)
          .where('way', '=', 'domicilio')
          .forUpdate()
          .executeTakeFirst()
        if (!found) return false
        await transaction
          .insertInto('letter_receipt')
          .values({ handover: id, kind, identifier, provider, at })
          .onConflict((conflict) => conflict.columns(['handover', 'kind']).doNothing())
          .execute()
        const { state, from } = BECOMES[kind]
        await transaction
          .updateTable('letter')
          .set({ state, sealed: null })
          .where('handover', '=', id)
          .where('state', 'in', from)
          .execute()
        await eraseDocument(transaction, id)
        return true
      }),

    async became(totem, id) {
      const { rows } = await sql<{ state: LetterState }>`
        update letter set told_at = case when state in ('refused', 'bounced') then coalesce(told_at, ${now()}::timestamptz) end
        where handover = ${id} and totem = ${totem}
        returning state`.execute(db)
      return rows[0]?.state ?? 'gone'
    },

    async ofPerson(requester) {
      const rows = await delivery
        .selectFrom('letter')
        .select(['totem', 'document', 'operation', 'way', 'at', 'state', 'told_at'])
        .where('requester', '=', requester)
        .where('at', '>', new Date(+now() - SHOWN_MS))
        .orderBy('at', 'desc')
        .limit(MOST_OWN)
        .execute()
      const named = await offices()
      return rows.map(({ totem, document, operation, way, at, state, told_at }) => ({
        ...{ machine: totem, office: named.get(totem) ?? null, operation, way, state },
        document: takenHome.safeParse(document).data ?? null,
        ...{ sentAt: at.toISOString(), told: told_at !== null },
      }))
    },

    async told(requester) {
      await delivery
        .updateTable('letter')
        .set({ told_at: now() })
        .where('requester', '=', requester)
        .where('state', 'in', failed)
        .where('told_at', 'is', null)
        .execute()
    },

    async all(domain) {
      const rows = await delivery
        .selectFrom('letter')
        .select(['handover', 'totem', 'way', 'state', 'why', 'at'])
        .orderBy('at', 'desc')
        .limit(MOST)
        .execute()
      const receipts = await delivery
        .selectFrom('letter_receipt')
        .selectAll()
        .orderBy('at', 'desc')
        .limit(MOST)
        .execute()
      const signed = new Map<string, OperatedLetter['receipts']>()
      for (const { handover, at, ...receipt } of receipts)
        signed.set(handover, [...(signed.get(handover) ?? []), { ...receipt, at: at.toISOString() }])
      return rows.map(({ handover, at, ...letter }) => ({
        ...letter,
        message: `<${handover}@${domain}>`,
        at: at.toISOString(),
        receipts: signed.get(handover) ?? [],
      }))
    },
  }
}
