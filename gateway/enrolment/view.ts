import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Clock } from '../../basics/time.ts'
import type { operatedEnrolled } from '../../contract/operators.ts'
import { databaseNow, type EnrolmentDatabase } from './tables.ts'

/** The enrolled totems as operators see them. */
export interface EnrolledView {
  list(): Promise<z.input<typeof operatedEnrolled>['totems']>
  /** Lets this totem in no more. True: it is out now, also if it was before; false: no such totem was enrolled here. */
  withdraw(totem: string, by: string): Promise<boolean>
  /** The same in a caller's transaction, who says afterwards that it was committed. */
  shutOut(on: EnrolmentDatabase, totem: string, by: string): Promise<boolean>
  isOut(totem: string, by: string): Promise<void>
}

export function createEnrolledView({
  db,
  onChanged,
  now,
  log,
}: {
  db: EnrolmentDatabase
  onChanged(): Promise<void>
  now: Clock
  log: Logger
}): EnrolledView {
  async function shutOut(on: EnrolmentDatabase, totem: string, by: string): Promise<boolean> {
    const row = await on
      .updateTable('totem_enrolled')
      .set({ withdrawn_at: now(), withdrawn_by: by, changed_at: databaseNow })
      .where('totem', '=', totem)
      .where('withdrawn_at', 'is', null)
      .returning('order_id')
      .executeTakeFirst()
    // SECURITY: its code may count still, and must not bring it back.
    if (row) await on.updateTable('totem_order').set({ state: 'withdrawn' }).where('id', '=', row.order_id).execute()
    return (
      row !== undefined ||
      (await on.selectFrom('totem_enrolled').select('totem').where('totem', '=', totem).executeTakeFirst()) !==
        undefined
    )
  }
  async function isOut(totem: string, by: string): Promise<void> {
    log.warn({ kind: 'totem-revoked', totem, operator: by })
    await onChanged()
  }
  return {
    async list() {
      const rows = await db
        .selectFrom('totem_enrolled')
        .selectAll()
        .select(
          sql<Date | null>`(
            select max(not_after) from totem_certificate certificate where certificate.totem = totem_enrolled.totem
          )`.as('ends'),
        )
        .orderBy('totem')
        .execute()
      return rows.map(
        ({ totem, order_id, key_kind, machine, enrolled_at, withdrawn_at, boot, verification, ends }) => ({
          totem,
          order: order_id,
          key: key_kind,
          machine,
          enrolledAt: enrolled_at.toISOString(),
          certificateEnds: ends?.toISOString() ?? null,
          withdrawnAt: withdrawn_at?.toISOString() ?? null,
          boot,
          verification: { kid: verification.kid, x: verification.x, y: verification.y },
        }),
      )
    },
    async withdraw(totem, by) {
      if (!(await db.transaction().execute((transaction) => shutOut(transaction, totem, by)))) return false
      await isOut(totem, by)
      return true
    },
    shutOut,
    isOut,
  }
}
