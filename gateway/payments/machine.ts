import { LIVE, type PaymentState } from '../../contract/pagopa.ts'

/**
 * The life of the payments for one certificate: one person's, of one subject and of the same types.
 *
 *   created → open → paid → spent
 *                ├→ lapsed, withdrawn         and a receipt that comes later still makes them paid
 *                          paid → unspendable the register refuses for good: the money goes back
 *
 * Pure: the store (notices.ts) runs it on rows that it has locked, and a test on ten thousand histories.
 */
export interface Paying {
  id: string
  notice: string
  cents: number
  state: PaymentState
  /** Nobody should be able to pay it any more, and pagoPA has not confirmed that yet. */
  closing: boolean
  /** The receipt that made it paid. */
  receipt: string | null
  /** The operation that it pays for. */
  spentOn: string | null
  refusal: string | null
}

/** Money that came and that must go back: each receipt at most once. */
export interface Refund {
  receipt: string
  payment: string
  cents: number
  why: 'refused' | 'paid-twice' | 'wrong-amount'
}

export type Happening =
  | { kind: 'asked'; payment: Pick<Paying, 'id' | 'notice' | 'cents'> }
  /** pagoPA has the notice, and it can be paid. */
  | { kind: 'opened'; id: string }
  /** pagoPA says that nobody can pay it any more. */
  | { kind: 'closed'; id: string; how: 'lapsed' | 'withdrawn' }
  /** The citizen wants it no more. */
  | { kind: 'withdrawal'; id: string }
  /** A receipt with outcome OK for this notice, which did not come before. */
  | { kind: 'receipt'; id: string; receipt: string; cents: number }
  | { kind: 'spent'; id: string; operation: string }
  | { kind: 'refused'; operation: string; refusal: string; forGood: boolean }

export interface Happened {
  payments: Paying[]
  refunds: Refund[]
}

/** What becomes of the payments of one certificate. What cannot happen to them changes nothing. */
export function happen(payments: readonly Paying[], event: Happening): Happened {
  const refunds: Refund[] = []
  const next = payments.map((payment) => ({ ...payment }))
  const named = (id: string) => next.find((payment) => payment.id === id)
  const done = () => ({ payments: next, refunds })

  /** A payment that has its money: it waits for the certificate, unless another waits already. */
  function becomePaid(payment: Paying, receipt: string): void {
    payment.receipt = receipt
    payment.spentOn = null
    payment.closing = false
    const others = next.filter((other) => other !== payment && LIVE.has(other.state))
    if (others.some(({ state }) => state === 'paid')) {
      payment.state = 'unspendable'
      refunds.push({ receipt, payment: payment.id, cents: payment.cents, why: 'paid-twice' })
      return
    }
    payment.state = 'paid'
    // One is enough: nobody shall pay the others.
    for (const other of others) Object.assign(other, { state: 'withdrawn', closing: true })
  }

  switch (event.kind) {
    case 'asked': {
      if (named(event.payment.id) || next.some(({ state }) => LIVE.has(state))) return done()
      const fresh = { state: 'created', closing: false, receipt: null, spentOn: null, refusal: null } as const
      next.push({ ...event.payment, ...fresh })
      return done()
    }
    case 'opened': {
      const payment = named(event.id)
      if (payment?.state === 'created') payment.state = 'open'
      return done()
    }
    case 'closed': {
      const payment = named(event.id)
      if (!payment) return done()
      payment.closing = false
      if (payment.state === 'created' || payment.state === 'open') payment.state = event.how
      return done()
    }
    case 'withdrawal': {
      const payment = named(event.id)
      if (payment?.state === 'created' || payment?.state === 'open') payment.closing = true
      return done()
    }
    case 'receipt': {
      const { id, receipt, cents } = event
      const payment = named(id)
      if (!payment) return done()
      if (cents !== payment.cents) refunds.push({ receipt, payment: id, cents, why: 'wrong-amount' })
      else if (payment.receipt !== null) refunds.push({ receipt, payment: id, cents, why: 'paid-twice' })
      else becomePaid(payment, receipt)
      return done()
    }
    case 'spent': {
      const payment = named(event.id)
      if (payment?.state === 'paid' && !next.some(({ spentOn }) => spentOn === event.operation))
        Object.assign(payment, { state: 'spent', spentOn: event.operation })
      return done()
    }
    case 'refused': {
      const payment = next.find(({ spentOn }) => spentOn === event.operation)
      if (payment?.state !== 'spent' || payment.receipt === null) return done()
      const { receipt, cents, id } = payment
      if (!event.forGood) becomePaid(payment, receipt)
      else {
        Object.assign(payment, { state: 'unspendable', refusal: event.refusal })
        refunds.push({ receipt, payment: id, cents, why: 'refused' })
      }
      return done()
    }
  }
}

/** What is to be asked of pagoPA about a payment now; null: nothing. */
export type Task = 'create' | 'look' | 'close'

/** A payment token lives for 30 minutes, and its receipt may take as long again. */
export const GRACE_MS = 60 * 60_000

export function taskOf({ state, closing }: Pick<Paying, 'state' | 'closing'>, dueAt: Date, now: Date): Task | null {
  if (closing) return 'close'
  if (state !== 'created' && state !== 'open') return null
  if (+now > +dueAt + GRACE_MS) return 'close'
  return state === 'created' ? 'create' : 'look'
}
