import { z } from 'zod'
import { noticeNumber } from '../bollo.ts'
import { sheetTypes } from '../catalogue.ts'
import { isoInstant } from '../identity.ts'
import { refundReason } from '../pagopa.ts'

/** The bollo is paid by a notice of pagoPA: on the telephone here and now, or at a counter, and the certificate follows. */

const notice = { notice: noticeNumber, cents: z.number().int().positive(), types: sheetTypes }

export const screens = [
  /** Before the notice can be paid: pagoPA is asked. */
  z.strictObject({ screen: z.literal('pagopa-opening') }),
  /**
   * The notice can be paid. `qr`: what an app or a counter reads. `checkout`: the page where a telephone pays; null: pagoPA
   * has given none. `until`: the totem waits so long. `dueAt`: last day to pay.
   */
  z.strictObject({
    screen: z.literal('pagopa'),
    ...notice,
    qr: z.string(),
    checkout: z.url().nullable(),
    creditor: z.string(),
    dueAt: isoInstant,
    until: isoInstant,
  }),
  /** Nobody has paid while the totem waited: the notice stays, and is shown at the next visit. */
  z.strictObject({ screen: z.literal('pagopa-later'), ...notice, dueAt: isoInstant }),
  /** `lapsed`: the notice is no longer good; `withdrawn`: the person wants it no more; `unavailable`: pagoPA is away. */
  z.strictObject({ screen: z.literal('pagopa-ended'), why: z.enum(['lapsed', 'withdrawn', 'unavailable']) }),
  /** Paid for nothing: the money goes back. `by`: when it should be there. `contact`: null: the office's counter. */
  z.strictObject({
    screen: z.literal('pagopa-refund'),
    ...notice,
    receipt: z.string(),
    why: refundReason,
    by: isoInstant,
    contact: z.string().nullable(),
  }),
] as const

export const steps = {
  'pagopa-opening': 'request',
  pagopa: 'request',
  'pagopa-later': 'request',
  'pagopa-ended': 'request',
  'pagopa-refund': null,
} as const

export const answers = [
  /** On the screen that asks how a bollo is paid. */
  z.strictObject({ type: z.literal('payByNotice') }),
  /** The notice on paper, for an app or a counter; or the paper about money that goes back. */
  z.strictObject({ type: z.literal('printNotice') }),
  /** The notice again, and the totem waits on. */
  z.strictObject({ type: z.literal('payNow') }),
  /** Nobody shall pay this notice any more. */
  z.strictObject({ type: z.literal('withdrawNotice') }),
] as const
