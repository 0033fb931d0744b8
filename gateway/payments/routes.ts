import { DAY_MS } from '../../basics/time.ts'
import type { Caller } from '../../contract/caller.ts'
import { sheetTypes } from '../../contract/catalogue.ts'
import type { Problem } from '../../contract/gateway.ts'
import { paidRefunds, refundDone, refundMade } from '../../contract/operators.ts'
import {
  LIVE,
  type Payment,
  type PaymentRequest,
  payment,
  paymentNamed,
  paymentQuery,
  paymentRequest,
  pendingPayments,
  pendingRequest,
  refundReason,
} from '../../contract/pagopa.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { malformed } from '../http/problems.ts'
import { type Ask, type Routes, route, routes } from '../http/route.ts'
import type { Bell } from '../operations/bell.ts'
import type { PagopaAccess, PagopaClient } from './client.ts'
import { type Bought, bellOf, type NoticeRow, type Notices } from './notices.ts'
import type { Refunds } from './refunds.ts'

/** Somebody whom a session has proved. */
interface Payer {
  requester: string | null
  idAnpr: string
  comune: string | null
}

/** What this gateway needs to take payments by pagoPA. */
export interface Taking {
  notices: Notices
  client: Pick<PagopaClient, 'checkout'>
  creditor: PagopaAccess['creditor']
  /** Within so many days money is back that has to go back. */
  refundDays: number
}

interface PaymentRoom {
  /** Null: this gateway takes no payments. */
  taking: Taking | null
  bell: Bell
  /** `free`: a look at one's own payment, which is no question to the register. */
  payerOf(
    ask: Pick<Ask, 'caller' | 'bearer'>,
    about: { free: boolean },
  ): Promise<Result<Payer & { caller: Caller }, Problem>>
  /** Everything that can refuse this certificate, asked of the register before any money; who it is for, and its price. */
  mayBuy(
    payer: Payer & { caller: Caller },
    wish: PaymentRequest,
  ): Promise<Result<{ of: Bought; cents: number }, Problem>>
  boughtBy(payer: Payer, wish: Pick<PaymentRequest, 'subject' | 'types'>): Bought
  reference(person: string): string
  stopping: AbortSignal
}

const unavailable = err<Problem>({ kind: 'payment-unavailable', anpr: null })

/** Paying by pagoPA, as a totem asks for it in a citizen's name (contract/pagopa.ts). */
export function paymentRoutes(room: PaymentRoom): Routes {
  const { taking, bell, payerOf, mayBuy, boughtBy, reference, stopping } = room

  /** `people`: the ID ANPR among which the subject is looked for. */
  async function told(
    rows: readonly NoticeRow[],
    { creditor, notices, refundDays }: Taking,
    people: readonly string[],
  ): Promise<Payment[]> {
    const refunds = await notices.refundsOf(rows)
    return rows.map((row) => {
      const refund = refunds.find(({ payment }) => payment === row.id)
      return {
        payment: row.id,
        state: row.state,
        notice: row.notice,
        creditor: { codiceFiscale: creditor.codiceFiscale, name: creditor.name, contact: creditor.contact },
        cents: row.cents,
        subject: people.find((person) => reference(person) === row.subject) ?? null,
        types: sheetTypes.parse(row.types.split(' ')),
        madeAt: row.made_at.toISOString(),
        dueAt: row.due_at.toISOString(),
        checkout: null,
        refund: refund
          ? {
              receipt: refund.receipt,
              cents: refund.cents,
              reason: reasonSaid.parse(refund.why === 'refused' ? row.refusal : refund.why),
              by: new Date(+refund.asked_at + refundDays * DAY_MS).toISOString(),
            }
          : null,
      }
    })
  }
  const toldOne = async (row: NoticeRow, taking: Taking, people: readonly string[], checkout: string | null = null) => {
    const [payment] = await told([row], taking, people)
    return payment ? ok({ ...payment, checkout }) : err(malformed)
  }

  /** Resolves with the payment when its state is another than `than`, when the time is over, or when nobody waits. */
  async function changed(
    notices: Notices,
    { id, requester }: NoticeRow,
    than: string,
    waitS: number,
    gone: AbortSignal,
  ) {
    const signal = AbortSignal.any([gone, stopping, AbortSignal.timeout(waitS * 1_000)])
    for (;;) {
      let rung = () => {}
      const heard = new Promise<void>((resolve) => {
        rung = resolve
      })
      // Listens before it looks, so that it misses no change in between.
      const off = bell.on(bellOf(id), rung)
      signal.addEventListener('abort', rung)
      try {
        const row = await notices.find(id, requester)
        if (!row || row.state !== than || signal.aborted) return row
        await heard
      } finally {
        off()
        signal.removeEventListener('abort', rung)
      }
    }
  }

  return routes(
    route({ method: 'POST', path: '/payments', from: 'totem', body: paymentRequest, answer: payment }, async (ask) => {
      if (taking === null) return unavailable
      const payer = await payerOf(ask, { free: false })
      if (!payer.ok) return payer
      const { body, gone } = ask
      const { notices, client } = taking
      const people = [payer.value.idAnpr, body.subject]
      const known = await liveFor(notices, boughtBy(payer.value, body))
      let row = known
      if (row === null) {
        const bought = await mayBuy(payer.value, body)
        if (!bought.ok) return bought
        const begun = await notices.begin(body.payment, bought.value.of, bought.value.cents)
        if (begun === 'taken') return err(malformed)
        if (begun === 'too-many') return err({ kind: 'session-spent', anpr: null })
        row = begun
      }
      if (row.state === 'created') row = (await changed(notices, row, 'created', FIRST_S, gone)) ?? row
      const page = row.state === 'open' ? await client.checkout({ ...row, dueAt: row.due_at }) : null
      return toldOne(row, taking, people, page?.ok ? page.value : null)
    }),
    route(
      { method: 'POST', path: '/payments/pending', from: 'totem', body: pendingRequest, answer: pendingPayments },
      async (ask) => {
        const payer = await payerOf(ask, { free: true })
        if (!payer.ok) return payer
        if (taking === null) return ok({ offered: false, payments: [] })
        const { requester } = payer.value
        const rows = requester === null ? [] : await taking.notices.pendingOf(requester)
        for (const { id, state } of rows) if (state === 'open') await taking.notices.hurry(id)
        return ok({ offered: true, payments: await told(rows, taking, ask.body.people) })
      },
    ),
    route(
      { method: 'GET', path: '/payments/current', from: 'totem', query: paymentQuery, answer: payment },
      async (ask) => {
        if (taking === null) return unavailable
        const payer = await payerOf(ask, { free: true })
        if (!payer.ok) return payer
        const { notices } = taking
        const { payment: id, than, wait } = ask.query
        const row = await notices.find(id, payer.value.requester ?? '')
        if (!row) return err(malformed)
        if (row.state === than) await notices.hurry(id)
        const now = await changed(notices, row, than, wait, ask.gone)
        return now ? toldOne(now, taking, [payer.value.idAnpr]) : err(malformed)
      },
    ),
    route(
      { method: 'POST', path: '/payments/withdraw', from: 'totem', body: paymentNamed, answer: payment },
      async (ask) => {
        if (taking === null) return unavailable
        const payer = await payerOf(ask, { free: true })
        if (!payer.ok) return payer
        const { notices } = taking
        const row = await notices.find(ask.body.payment, payer.value.requester ?? '')
        if (!row) return err(malformed)
        await notices.happened(row.id, { kind: 'withdrawal' })
        const now = (await changed(notices, row, row.state, FIRST_S, ask.gone)) ?? row
        return toldOne(now, taking, [payer.value.idAnpr])
      },
    ),
  )
}

/** A refusal that an earlier version noted may be none of these. */
const reasonSaid = refundReason.catch('certificate-not-issuable')

/** How long a citizen's screen waits for pagoPA's first answer. */
const FIRST_S = 6

async function liveFor(notices: Notices, bought: Bought): Promise<NoticeRow | null> {
  const rows = await notices.pendingOf(bought.requester)
  return (
    rows.find(({ state, subject, types }) => LIVE.has(state) && subject === bought.subject && types === bought.types) ??
    null
  )
}

/** Money that must go back, and the operator's word that it went. */
export const overseePayments = (refunds: Refunds): Routes =>
  routes(
    route({ method: 'GET', path: '/refunds', answer: paidRefunds }, async () => ok({ refunds: await refunds.open() })),
    route({ method: 'POST', path: '/refunds', body: refundDone, answer: refundMade }, async ({ body, operator }) =>
      ok({ refunded: await refunds.done(body.receipt, operator ?? '') }),
    ),
  )
