import { type AnswersIn, press, waits } from './answers.ts'

export interface PagopaWish {
  /** The person has no time to wait for a payment, and goes on without it. */
  payLater: boolean
}
export const usual: PagopaWish = { payLater: false }

const leaves = () => press('action.leave')

export const pagopa: AnswersIn<'pagopa', PagopaWish> = {
  'pagopa-opening': waits,
  pagopa: ({ notice }, { payLater }) => (payLater ? press('action.back') : (person) => person.paysNotice(notice)),
  'pagopa-later': leaves,
  'pagopa-ended': leaves,
  'pagopa-refund': () => press('pagopa.refund.print'),
}
