import { type Context, canPrint, chart, chooseService, forbidden, pulled, set, working } from '../../visit/chart.ts'
import { fromFirstPage, printing } from '../../visit/printing.ts'
import { required, type Visit } from '../../visit/visit.ts'
import { accesses, list, printWithdrawal, withdraw } from './tasks.ts'

/** Back to where the person came from: their own data, where they have seen them, else the first question. */
const back = [
  { guard: ({ context }: { context: Context }) => context.visit.holder.registered !== null, target: '#visura' },
  { target: '#menu' },
]
const chosen = ({ requests: { known, chosen: index } }: Visit) => required(known.requests[index], 'chosen request')
const paymentChosen = (visit: Visit) =>
  visit.requests.payments.find(({ payment }) => payment === chosen(visit).operation) ?? null
const takesPayment = {
  type: 'set' as const,
  params: ({ context: { visit } }: { context: Context }) => ({
    frame: { stepped: true },
    pagopa: { payment: paymentChosen(visit) },
  }),
}
const unstepped = set({ frame: { stepped: false } })

export const states = {
  requests: chart.createStateConfig({
    id: 'requests',
    initial: 'asking',
    entry: unstepped,
    on: { back, 'card.removed': pulled },
    states: {
      asking: working(list, { shown: 'shown' }),
      shown: {
        on: {
          chooseRequest: {
            guard: ({ context, event }) => event.index < context.visit.requests.known.requests.length,
            target: '#request',
            actions: {
              type: 'set',
              params: ({ event }) => ({ requests: { chosen: event.index } }),
            },
          },
        },
      },
    },
  }),
  request: chart.createStateConfig({
    id: 'request',
    on: {
      withdrawRequest: {
        guard: ({ context: { visit } }) => chosen(visit).withdrawable,
        target: 'withdrawing',
      },
      // A notice is paid, a certificate that is paid for printed, and money that goes back explained where they belong.
      payNow: {
        guard: ({ context: { visit } }) => paymentChosen(visit) !== null,
        target: '#pagopa',
        actions: takesPayment,
      },
      withdrawNotice: {
        guard: ({ context: { visit } }) => paymentChosen(visit) !== null && chosen(visit).state === 'unpaid',
        target: '#pagopaWithdrawing',
        actions: takesPayment,
      },
      // What is ready is printed from here.
      chooseService,
      back: 'requests',
      'card.removed': pulled,
    },
  }),
  withdrawing: chart.createStateConfig({
    ...working(withdraw, { withdrawal: 'withdrawal' }),
    on: { leave: forbidden, timeout: forbidden },
  }),
  withdrawal: chart.createStateConfig({
    id: 'withdrawal',
    on: {
      printWithdrawal: {
        guard: ({ context: { printer, visit } }) => canPrint(printer) && visit.requests.became === 'withdrawn',
        target: '#printingWithdrawal',
        actions: set({ paper: { ...fromFirstPage } }),
      },
      // The list is made anew, and says what became of it.
      back: 'requests',
      'card.removed': pulled,
    },
  }),
  printingWithdrawal: chart.createStateConfig({
    id: 'printingWithdrawal',
    ...printing(
      printWithdrawal,
      { withdrawal: '#withdrawal' },
      { target: '#withdrawal', set: () => ({ paper: fromFirstPage }) },
    ),
  }),
  accesses: chart.createStateConfig({
    id: 'accesses',
    initial: 'asking',
    entry: unstepped,
    on: { back, 'card.removed': pulled },
    states: {
      asking: working(accesses, { shown: 'shown', unavailable: 'unavailable' }),
      shown: {},
      unavailable: {},
    },
  }),
}
