import { sql } from 'kysely'
import { DAY_MS, HOUR_MS } from '../../../basics/time.ts'
import type { Answer } from '../../../contract/console/api.ts'
import type { ConsoleTransaction } from '../tables.ts'

const MOST = 300
/** pagoPA takes a notice within seconds, and is asked again for an hour. */
const OPENING_MS = HOUR_MS
/** A citizen who has paid comes back for the certificate, mostly on the same day. */
const SPENDING_MS = 7 * DAY_MS
/** A notice that nobody may pay any more is closed at pagoPA by then. */
const CLOSING_MS = DAY_MS

/** Money that must go back, and payments that wait too long. */
export async function paymentsOf(transaction: ConsoleTransaction, now: Date): Promise<Answer<'payments'>> {
  const ago = (ms: number) => sql`${new Date(+now - ms)}::timestamptz`
  const { rows: refunds } = await sql<Omit<Answer<'payments'>['refunds'][number], 'askedAt'> & { asked_at: Date }>`
    select refund.receipt, refund.payment, refund.cents, why, asked_at, notice, refusal, totem, operation
    from refund join payment on payment.id = refund.payment
    where refunded_at is null order by asked_at limit ${MOST}::integer`.execute(transaction)
  const { rows: waiting } = await sql<Omit<Answer<'payments'>['waiting'][number], 'since'> & { since: Date }>`
    select * from (
      select id as payment, notice, cents, totem, operation,
        case when state = 'created' and made_at < ${ago(OPENING_MS)} then 'not-opened'
          when state = 'paid' and operation is null and coalesce(heard_at, made_at) < ${ago(SPENDING_MS)} then 'paid-not-spent'
          when closing and due_at < ${ago(CLOSING_MS)} then 'not-closed' end as why,
        case when state = 'paid' then coalesce(heard_at, made_at) when closing then due_at else made_at end as since
      from payment left join (select payment as paid, min(heard_at) as heard_at from payment_receipt group by payment) as receipts
        on receipts.paid = payment.id
    ) as told where why is not null order by since limit ${MOST}::integer`.execute(transaction)
  return {
    refunds: refunds.map(({ asked_at, ...refund }) => ({ ...refund, askedAt: asked_at.toISOString() })),
    waiting: waiting.map(({ since, ...payment }) => ({ ...payment, since: since.toISOString() })),
    at: now.toISOString(),
  }
}
