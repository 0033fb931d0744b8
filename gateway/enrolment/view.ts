import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Clock } from '../../basics/time.ts'
import type { operatedEnrolled } from '../../contract/operators.ts'
import { databaseNow, type EnrolmentDatabase } from './tables.ts'

/** The enrolled totems as operators see them. */
export interface EnrolledView {
  list(): Promise<z.input<typeof operatedEnrolled>['totems']>
  /** False: no such totem is in service. */
  withdraw(totem: string, by: string): Promise<boolean>
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
      const at = now()
      const isDone = await db.transaction().execute(async (transaction) => {
        const row = await transaction
          .updateTable('totem_enrolled')
          .set({ withdrawn_at: at, withdrawn_by: by, changed_at: databaseNow })
          .where('totem', '=', totem)
          .where('withdrawn_at', 'is', null)
          .returning('order_id')
          .executeTakeFirst()
        // SECURITY: its code may count still, and must not bring it back.
        if (row)
          await transaction
            .updateTable('totem_order')
            .set({ state: 'withdrawn' })
            .where('id', '=', row.order_id)
            .execute()
        return row !== undefined
      })
      if (!isDone) return false
      log.warn({ kind: 'totem-revoked', totem, operator: by })
      await onChanged()
      return true
    },
  }
}
