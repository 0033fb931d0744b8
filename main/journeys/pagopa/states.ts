import { chart, pulled, set, tell, type Way, working } from '../../visit/chart.ts'
import { fromFirstPage, printing } from '../../visit/printing.ts'
import { open, printNotice, wait, withdraw } from './tasks.ts'

const goes = {
  ...{
    waiting: '#pagopaNotice',
    issue: '#issuing',
    ended: '#pagopaEnded',
    refund: '#pagopaRefund',
    later: '#pagopaLater',
    choose: '#requests',
  },
}
const leaves = tell(({ pagopa: { payment } }, services) => {
  if (payment) services.leavePayment(payment)
})
const onPaper = { target: '#printingNotice', actions: set({ paper: { ...fromFirstPage } }) }

/** `otherWay`: where the person chooses how a bollo is paid. */
export const states = (otherWay: Way['target']) => ({
  pagopa: chart.createStateConfig({
    id: 'pagopa',
    ...working(open, goes),
    on: { 'card.removed': pulled },
  }),
  // The totem waits with the person, who is busy with the telephone: nobody is asked whether they are there.
  pagopaNotice: chart.createStateConfig({
    id: 'pagopaNotice',
    ...working(wait, goes),
    exit: leaves,
    on: { printNotice: onPaper, withdrawNotice: '#pagopaWithdrawing', back: '#pagopaLater', 'card.removed': pulled },
  }),
  pagopaWithdrawing: chart.createStateConfig({
    id: 'pagopaWithdrawing',
    ...working(withdraw, goes),
    on: { 'card.removed': pulled },
  }),
  pagopaLater: chart.createStateConfig({
    id: 'pagopaLater',
    on: { payNow: '#pagopa', printNotice: onPaper, withdrawNotice: '#pagopaWithdrawing', 'card.removed': pulled },
  }),
  pagopaEnded: chart.createStateConfig({
    id: 'pagopaEnded',
    on: {
      payByNotice: '#pagopa',
      // Who came for a payment that waits is on the way to no certificate.
      back: [
        { guard: ({ context: { visit } }) => visit.certificate.use !== null, target: otherWay },
        { target: 'menu' },
      ],
      'card.removed': pulled,
    },
  }),
  pagopaRefund: chart.createStateConfig({
    id: 'pagopaRefund',
    on: { printNotice: onPaper, back: 'menu', 'card.removed': pulled },
  }),
  printingNotice: chart.createStateConfig({
    id: 'printingNotice',
    ...printing(
      printNotice,
      { later: '#pagopaLater', refund: '#pagopaRefund' },
      { target: '#pagopaLater', set: () => ({ end: { slip: false } }) },
    ),
  }),
})
