import { z } from 'zod'
import { noticeNumber } from './bollo.ts'
import { sheetTypes } from './catalogue.ts'
import { idAnpr, isoInstant, operationId } from './identity.ts'
import { issueRefusal } from './issue-refusal.ts'

/**
 * Totem ↔ gateway on paying the imposta di bollo by pagoPA; paths and refusals as in contract/gateway.ts.
 *
 *   POST /v1/payments           (Bearer) paymentRequest → payment     the notice for this certificate, made once
 *   POST /v1/payments/pending   (Bearer) pendingRequest → pendingPayments
 *   GET  /v1/payments/current?payment=&than=&wait= (Bearer) → payment   held until its state is another than `than`
 *   POST /v1/payments/withdraw  (Bearer) paymentNamed → payment        nobody pays this notice any more
 */

/**
 * `created`: pagoPA does not have the notice yet. `open`: it can be paid. `paid`: it waits for its certificate. `spent`:
 * it has paid for one. `unspendable`: paid, and the register refuses the certificate for good: the money goes back.
 * `lapsed`: nobody has paid in time. `withdrawn`: the citizen wants it no more.
 */
export const paymentState = z.enum(['created', 'open', 'paid', 'spent', 'unspendable', 'lapsed', 'withdrawn'])
export type PaymentState = z.infer<typeof paymentState>

/** Refusals after which the same person gets this certificate neither another day nor by another log-in. */
export const refusedForGood = z.enum([
  ...issueRefusal.exclude(['procedure-open']).options,
  ...(['not-in-family', 'person-not-found', 'anpr-other-person'] as const),
])
/** Why money goes back. */
export const refundReason = z.enum([...refusedForGood.options, 'paid-twice', 'wrong-amount'])
export type RefundReason = z.infer<typeof refundReason>

/** A totem makes the payment's id, so that the same question asked again has no second effect. */
export const paymentRequest = z.strictObject({ payment: operationId, subject: idAnpr, types: sheetTypes })
export type PaymentRequest = z.infer<typeof paymentRequest>

export const paymentNamed = z.strictObject({ payment: operationId })
export const paymentQuery = z.strictObject({
  payment: operationId,
  than: paymentState,
  wait: z.coerce.number().int().min(0).max(25),
})

/**
 * `subject`: null where it is nobody of the people who were asked about. `checkout`: the page where a phone pays. `refund`:
 * money of this payment that goes back and has not gone yet; `by`: when it should be there.
 */
export const payment = z.strictObject({
  payment: operationId,
  state: paymentState,
  notice: noticeNumber,
  creditor: z.strictObject({
    codiceFiscale: z.string().regex(/^\d{11}$/),
    name: z.string().max(140),
    contact: z.string().max(140).nullable(),
  }),
  cents: z.number().int().positive(),
  subject: idAnpr.nullable(),
  types: sheetTypes,
  madeAt: isoInstant,
  dueAt: isoInstant,
  checkout: z.url({ protocol: /^https$/ }).nullable(),
  refund: z
    .strictObject({
      /** The PSP's. */
      receipt: z.string().max(35),
      cents: z.number().int().positive(),
      reason: refundReason,
      by: isoInstant,
    })
    .nullable(),
})
export type Payment = z.infer<typeof payment>

/** The states in which a payment stands in the way of another for the same certificate. */
export const LIVE: ReadonlySet<PaymentState> = new Set(['created', 'open', 'paid'])
/** Nothing else is to be done about it: its money goes back. */
export const goesBack = ({ state, refund }: Pick<Payment, 'state' | 'refund'>): boolean =>
  refund !== null && !LIVE.has(state)

/** `people`: the ID ANPR that the totem knows of this holder's family. The gateway keeps none and knows them again. */
export const pendingRequest = z.strictObject({ people: z.array(idAnpr).min(1).max(60) })
/** `offered`: this gateway can take payments by pagoPA. */
export const pendingPayments = z.strictObject({ offered: z.boolean(), payments: z.array(payment) })
export type PendingPayments = z.infer<typeof pendingPayments>

/** The text of a notice's QR, in cents without leading zeros (pagoPA's "avviso di pagamento"). */
export const noticeQr = ({ notice, creditor, cents }: Pick<Payment, 'notice' | 'creditor' | 'cents'>): string =>
  `PAGOPA|002|${notice}|${creditor.codiceFiscale}|${cents}`
