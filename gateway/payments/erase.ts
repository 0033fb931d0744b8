import { sql, type Transaction } from 'kysely'
import type { Tables } from '../store/schema.ts'

/** Art. 2220 of the Codice civile: what an account was made from is kept for ten years. */
const MONEY_YEARS = 10
/** A notice that nobody has paid is no account; pagoPA may be asked about it as long as about the rest. */
const UNPAID_MONTHS = 36

/** Nobody can pay it, it pays for nothing more, and no money of it is on its way back. */
const isOver = sql`
  not closing and state not in ('created', 'open', 'paid')
  and not exists (select from refund where refund.payment = payment.id and refunded_at is null)`

/**
 * A person sees a year of their own payments. After it a payment says nothing of whose it was: it stands for itself, under
 * its own id. A receipt that came even later would make it paid for nobody, and an operator hears of that.
 */
export async function erasePayers(transaction: Transaction<Tables>, now: Date, most: number): Promise<number> {
  const { rows } = await sql`
    update payment set requester = id, subject = id where id in (
      select id from payment
      where requester <> id and made_at < ${now}::timestamptz - interval '1 year' and ${isOver}
      limit ${most}
    ) returning id`.execute(transaction)
  return rows.length
}

/** Payments with their receipts and refunds, ten years after the last of them; notices that nobody has paid sooner. */
export async function erasePayments(transaction: Transaction<Tables>, now: Date, most: number): Promise<number> {
  const moneyBegins = sql`${now}::timestamptz - make_interval(years => ${MONEY_YEARS}::integer)`
  const unpaidBegin = sql`${now}::timestamptz - make_interval(months => ${UNPAID_MONTHS}::integer)`
  const { rows } = await sql<{ id: string }>`
    select id from payment
    where made_at < ${unpaidBegin} and ${isOver}
      and not exists (
        select from payment_receipt came
        where came.payment = payment.id and (heard_at >= ${moneyBegins} or made_at >= ${moneyBegins})
      )
      and not exists (select from refund where refund.payment = payment.id and refunded_at >= ${moneyBegins})
    limit ${most} for update`.execute(transaction)
  if (rows.length === 0) return 0
  const ids = rows.map(({ id }) => id)
  await sql`delete from refund where payment = any(${ids})`.execute(transaction)
  await sql`delete from payment_receipt where payment = any(${ids})`.execute(transaction)
  await sql`delete from payment where id = any(${ids})`.execute(transaction)
  return rows.length
}
