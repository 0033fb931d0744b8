import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import type { OpenRefund } from '../../contract/operators.ts'
import type { Database } from '../store/schema.ts'
import { withPayments } from './tables.ts'

/** More than any day brings. */
const MOST = 10_000

/** The operators' queue of money that must go back. */
export interface Refunds {
  /** Oldest first. */
  open(): Promise<OpenRefund[]>
  /** An operator has paid it back. False: there is no such refund, or it was paid back before. */
  done(receipt: string, operator: string): Promise<boolean>
}

export function createRefunds({ db: plain, now, log }: { db: Database; now: Clock; log: Logger }): Refunds {
  const db = withPayments(plain)
  return {
    async open() {
      const rows = await db
        .selectFrom('refund')
        .innerJoin('payment', 'payment.id', 'refund.payment')
        .select([
          'refund.receipt',
          'refund.payment',
          'refund.cents',
          'why',
          'asked_at',
          'notice',
          'refusal',
          'totem',
          'operation',
        ])
        .where('refunded_at', 'is', null)
        .orderBy('asked_at')
        .limit(MOST)
        .execute()
      return rows.map(({ asked_at, ...refund }) => ({ ...refund, askedAt: asked_at.toISOString() }))
    },
    async done(receipt, operator) {
      const row = await db
        .updateTable('refund')
        .set({ refunded_at: now(), refunded_by: operator })
        .where('receipt', '=', receipt)
        .where('refunded_at', 'is', null)
        .returning('payment')
        .executeTakeFirst()
      if (row) log.info({ kind: 'refunded', operator, payment: row.payment })
      return row !== undefined
    },
  }
}
