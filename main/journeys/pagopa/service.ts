import { ulid } from 'ulid'
import type { Charges } from '../../../contract/bollo.ts'
import {
  goesBack,
  type Payment,
  type PaymentRequest,
  payment as paymentAnswer,
  pendingPayments,
} from '../../../contract/pagopa.ts'
import { err, ok } from '../../../contract/result.ts'
import type { Place } from '../../documents/model.ts'
import { renderPdf } from '../../documents/pdf.ts'
import type { GatewayClient } from '../../sync/client.ts'
import { passing, refusedBy } from '../../visit/refusals.ts'
import type { Entered, VisitServices } from '../../visit/services.ts'
import { noticePaper, refundPaper } from './paper.ts'

export interface PaymentOptions {
  client: Pick<GatewayClient, 'ask'>
  place: Place
  now(): Date
}

/** A person takes the telephone out, opens an app and pays. */
const PATIENCE_MS = 5 * 60_000
/** The gateway holds the question so long, well within a citizen's patience with the line. */
const HELD_S = 10

type Services = Pick<
  VisitServices,
  'openPayment' | 'paymentBecame' | 'leavePayment' | 'withdrawPayment' | 'payments' | 'noticeSheet'
>

/** Payments by pagoPA, through the gateway: the totem keeps nothing of them. */
export function createPayments({ client, place, now }: PaymentOptions): Services {
  /** Payments that nobody waits for any more. */
  const left = new Set<string>()
  /** One id for each certificate of a visit, so that the same question asked again makes no second notice. */
  const ids = new WeakMap<Entered, Map<string, string>>()
  function idFor(entered: Entered, wanted: object): string {
    const own = ids.get(entered) ?? new Map<string, string>()
    ids.set(entered, own)
    const thing = JSON.stringify(wanted)
    const id = own.get(thing) ?? ulid()
    own.set(thing, id)
    return id
  }

  return {
    async openPayment(entered, wanted) {
      const { token } = entered
      if (token === null) return err({ kind: 'unavailable' })
      const body: PaymentRequest = { payment: idFor(entered, wanted), ...wanted }
      const opened = await client.ask(paymentAnswer, '/v1/payments', { token, body })
      if (opened.ok) {
        // A notice that has ended has used its id up.
        if (opened.value.state === 'lapsed' || opened.value.state === 'withdrawn') ids.delete(entered)
        left.delete(opened.value.payment)
        return ok({ payment: opened.value, until: new Date(+now() + PATIENCE_MS).toISOString() })
      }
      const { error } = opened
      const isAway = error.kind !== 'refused' || passing(error.problem) || error.problem.kind === 'payment-unavailable'
      return err(isAway ? { kind: 'unavailable' } : refusedBy(error.problem))
    },

    async paymentBecame({ token }, payment, until) {
      const { payment: id, state } = payment
      while (token !== null && +now() < Date.parse(until) && !left.delete(id)) {
        const asked = now()
        const query = `payment=${id}&than=${state}&wait=${HELD_S}`
        const became = await client.ask(paymentAnswer, `/v1/payments/current?${query}`, { token })
        if (became.ok && became.value.state !== state) return became.value
        // The session has ended: the next visit shows what became of it.
        if (!became.ok && became.error.kind === 'refused') break
        if (!became.ok && +now() - +asked < 1_000) await new Promise((resolve) => setTimeout(resolve, 2_000))
      }
      return payment
    },
    leavePayment: ({ payment }) => void left.add(payment),

    async withdrawPayment({ token }, payment) {
      if (token === null) return payment
      const body = { payment: payment.payment }
      const withdrawn = await client.ask(paymentAnswer, '/v1/payments/withdraw', { token, body })
      return withdrawn.ok ? withdrawn.value : payment
    },

    async payments(entered) {
      const { token, idAnpr } = entered
      if (token === null || idAnpr === null) return []
      return (await askPayments(client, { token, people: peopleOf(entered) })).payments
    },

    noticeSheet:
      ({ language }, payment: Payment, charges?: Charges) =>
      async ({ reprint }) => {
        const paper = goesBack(payment) ? refundPaper : noticePaper
        return {
          kind: 'pdf',
          pdf: await renderPdf({ ...paper(payment, { language, place, at: now(), charges }), reprint }),
        }
      },
  }
}

const peopleOf = ({ idAnpr, family }: Entered): string[] => [
  ...new Set([...(idAnpr ? [idAnpr] : []), ...(family ?? []).flatMap((member) => member.idAnpr ?? [])]),
]

/** A gateway that cannot say offers no payment. */
async function askPayments(
  client: Pick<GatewayClient, 'ask'>,
  { token, people }: { token: string; people: string[] },
): Promise<NonNullable<Entered['pagopa']>> {
  const none = { offered: false, payments: [] }
  if (people.length === 0) return none
  const told = await client.ask(pendingPayments, '/v1/payments/pending', { token, body: { people } })
  return told.ok ? told.value : none
}

/** What waits of a person who has just come in; without the line, nothing is known and nothing offered. */
export async function withPayments(client: Pick<GatewayClient, 'ask'>, entered: Entered): Promise<Entered> {
  const { token } = entered
  return token === null
    ? entered
    : { ...entered, pagopa: await askPayments(client, { token, people: peopleOf(entered) }) }
}
