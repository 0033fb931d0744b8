import { type AnswersIn, press, waits } from './answers.ts'

export interface PagopaWish {
  /** The person has no time to wait for a payment, and goes on without it. */
  payLater: boolean
}
export const usual: PagopaWish = { payLater: false }

const leaves = () => press('action.leave')

export const pagopa: AnswersIn<'pagopa', PagopaWish> = {
  'pagopa-opening': waits,
  // The telephone pays: a test does it, or the person's own hand.
  pagopa: (_, { payLater }) => (payLater ? press('action.back') : null),
  'pagopa-later': leaves,
  'pagopa-ended': leaves,
  'pagopa-refund': () => press('pagopa.refund.print'),
}
