import { z } from 'zod'
import { noticeNumber } from './bollo.ts'
import { sheetTypes } from './catalogue.ts'
import { idAnpr, isoInstant, operationId } from './identity.ts'

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

/** A totem makes the payment's id, so that the same question asked again has no second effect. */
export const paymentRequest = z.strictObject({ payment: operationId, subject: idAnpr, types: sheetTypes })
export type PaymentRequest = z.infer<typeof paymentRequest>

export const paymentNamed = z.strictObject({ payment: operationId })
export const paymentQuery = z.strictObject({
  payment: operationId,
  than: paymentState,
  wait: z.coerce.number().int().min(0).max(25),
})

/** `subject`: null where it is nobody of the people who were asked about. `checkout`: the page where a phone pays. */
export const payment = z.strictObject({
  payment: operationId,
  state: paymentState,
  notice: noticeNumber,
  creditor: z.strictObject({ codiceFiscale: z.string().regex(/^\d{11}$/), name: z.string().max(140) }),
  cents: z.number().int().positive(),
  subject: idAnpr.nullable(),
  types: sheetTypes,
  dueAt: isoInstant,
  checkout: z.url({ protocol: /^https$/ }).nullable(),
  /** Of a payment that was made: the PSP's receipt, and why the register refuses, which the citizen takes home. */
  receipt: z.string().max(35).nullable(),
  refusal: z.string().nullable(),
})
export type Payment = z.infer<typeof payment>

/** `people`: the ID ANPR that the totem knows of this holder's family. The gateway keeps none and knows them again. */
export const pendingRequest = z.strictObject({ people: z.array(idAnpr).min(1).max(60) })
/** `offered`: this gateway can take payments by pagoPA. */
export const pendingPayments = z.strictObject({ offered: z.boolean(), payments: z.array(payment) })
export type PendingPayments = z.infer<typeof pendingPayments>

/** The text of a notice's QR, in cents without leading zeros (pagoPA's "avviso di pagamento"). */
export const noticeQr = ({ notice, creditor, cents }: Pick<Payment, 'notice' | 'creditor' | 'cents'>): string =>
  `PAGOPA|002|${notice}|${creditor.codiceFiscale}|${cents}`
