import type { Selectable } from 'kysely'
import type { Logger } from 'pino'
import { type Clock, DAY_MS, HOUR_MS } from '../../basics/time.ts'
import type { GrantWish } from '../../contract/operators.ts'
import type { ServiceAccess } from '../../contract/service.ts'
import type { ServiceDatabase, ServiceTables } from './tables.ts'

/** For so long a card whose grant has ended is refused by name, and may enter by the code of the day without a line. */
const REMEMBERED_DAYS = 90
const NEWEST = 1_000

export type GrantRow = Selectable<ServiceTables['service_grant']>

/** Whose card may work on which totem. One operator proposes, another approves; either may revoke, at once. */
export interface Grants {
  propose(wish: GrantWish, by: string): Promise<number>
  /** False: there is no such grant that waits, or it is this operator's own. */
  approve(number: number, by: string): Promise<boolean>
  /** Shuts the card of this grant out, with each grant that it has. False: there is none that counts. */
  revoke(number: number, by: string): Promise<boolean>
  list(): Promise<GrantRow[]>
  /** What this totem is told. */
  of(totem: string): Promise<ServiceAccess>
}

export function createGrants({ db, now, log }: { db: ServiceDatabase; now: Clock; log: Logger }): Grants {
  return {
    async propose({ card, totem, from, hours }, by) {
      const at = now()
      const starts_at = from === null ? at : new Date(from)
      const { number } = await db
        .insertInto('service_grant')
        .values({
          ...{ card, totem, starts_at, ends_at: new Date(+starts_at + hours * HOUR_MS) },
          ...{ proposed_by: by, proposed_at: at },
        })
        .returning('number')
        .executeTakeFirstOrThrow()
      log.info({ kind: 'grant-proposed', grant: number, totem, operator: by })
      return number
    },
    async approve(number, by) {
      const { numUpdatedRows } = await db
        .updateTable('service_grant')
        .set({ approved_by: by, approved_at: now() })
        .where('number', '=', number)
        .where('approved_by', 'is', null)
        .where('revoked_at', 'is', null)
        // SECURITY: nobody opens a totem alone.
        .where('proposed_by', '<>', by)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) log.info({ kind: 'grant-approved', grant: number, operator: by })
      return numUpdatedRows > 0n
    },
    async revoke(number, by) {
      const { numUpdatedRows } = await db
        .updateTable('service_grant')
        .set({ revoked_by: by, revoked_at: now() })
        // SECURITY: a card that is lost opens no other totem either, nor this one tomorrow.
        .where('card', '=', db.selectFrom('service_grant').select('card').where('number', '=', number))
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) log.warn({ kind: 'grant-revoked', grant: number, operator: by })
      return numUpdatedRows > 0n
    },
    list: () => db.selectFrom('service_grant').selectAll().orderBy('number', 'desc').limit(NEWEST).execute(),
    async of(totem) {
      const at = now()
      const rows = await db
        .selectFrom('service_grant')
        .selectAll()
        .where('approved_at', 'is not', null)
        .where('ends_at', '>', new Date(+at - REMEMBERED_DAYS * DAY_MS))
        .where((either) => either.or([either('totem', 'is', null), either('totem', '=', totem)]))
        .orderBy('number', 'desc')
        .limit(NEWEST)
        .execute()
      const grants = rows.map(({ number, card, starts_at, ends_at, revoked_at }) => ({
        ...{ number, card, from: starts_at.toISOString(), until: ends_at.toISOString() },
        revoked: revoked_at?.toISOString() ?? null,
      }))
      return { totem, issued: at.toISOString(), grants }
    },
  }
}
