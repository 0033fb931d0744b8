import { noticeQr } from '../../../contract/pagopa.ts'
import type { Shows } from '../../visit/chart.ts'
import { printingScreen } from '../../visit/printing.ts'
import { required, type Visit } from '../../visit/visit.ts'
import type { states } from './states.ts'

const paymentOf = ({ pagopa }: Visit) => required(pagopa.payment, 'payment')
const told = (visit: Visit) => {
  const { notice, cents, types } = paymentOf(visit)
  return { notice, cents, types }
}

export const screens: Shows<ReturnType<typeof states>> = {
  pagopa: () => ({ screen: 'pagopa-opening' }),
  pagopaNotice({ visit }) {
    const payment = paymentOf(visit)
    // A number that pagoPA does not know yet is shown to nobody.
    if (payment.state === 'created') return { screen: 'pagopa-opening' }
    return {
      ...{ screen: 'pagopa', ...told(visit), qr: noticeQr(payment), checkout: payment.checkout },
      ...{
        creditor: payment.creditor.name,
        dueAt: payment.dueAt,
        until: required(visit.pagopa.until, 'end of the wait'),
      },
    }
  },
  pagopaWithdrawing: () => ({ screen: 'pagopa-opening' }),
  pagopaLater: ({ visit }) => ({ screen: 'pagopa-later', ...told(visit), dueAt: paymentOf(visit).dueAt }),
  pagopaEnded: ({ visit }) => ({ screen: 'pagopa-ended', why: visit.pagopa.why }),
  pagopaRefund({ visit }) {
    const { refund, creditor } = paymentOf(visit)
    const { reason: why, ...back } = required(refund, 'refund')
    return { screen: 'pagopa-refund', ...told(visit), ...back, why, contact: creditor.contact }
  },
  printingNotice: (context, { inner }) => printingScreen('slip', context, inner),
}
