import { type Context, chart, forbidden, set, tell, working } from '../../visit/chart.ts'
import { fromFirstPage } from '../../visit/printing.ts'
import { leftHere, paperInstead } from '../../visit/taking-home.ts'
import { handOver, watch } from './tasks.ts'

const withdraw = tell(({ frame, phone: { handover } }, services) => {
  if (handover) services.withdrawHandover(frame, handover)
})
const giveUp = { target: '#done', actions: [withdraw, { type: 'set' as const, params: leftHere }] }
const onPaper = set({ paper: { ...fromFirstPage, way: 'paper' } })
const printInstead = [
  {
    guard: ({ context }: { context: Context }) => paperInstead(context) && context.visit.paper.issued.length > 0,
    target: '#printingCertificate',
    actions: [withdraw, onPaper],
  },
  {
    guard: ({ context }: { context: Context }) => paperInstead(context),
    target: '#printingWritten',
    actions: [withdraw, onPaper],
  },
]

export const states = {
  phone: chart.createStateConfig({
    id: 'phone',
    initial: 'sending',
    // The person may take the card along: as with a paper, what they came for is still to come.
    tags: ['withoutCard'],
    on: {
      'reader.gone': forbidden,
      // SECURITY: the code of one person is not shown to the next.
      'card.present': { target: '#attract', actions: [withdraw, set({ end: { how: 'phone' } })] },
    },
    states: {
      sending: {
        ...working(handOver, { shown: 'shown', ended: '#phoneEnded' }),
        entry: set({ phone: { handover: null } }),
        on: { leave: forbidden, timeout: forbidden },
      },
      shown: {
        ...working(watch, { done: '#done', printingCertificate: '#printingCertificate', ended: '#phoneEnded' }),
        on: { leave: giveUp, printInstead },
      },
    },
  }),
  phoneEnded: chart.createStateConfig({
    id: 'phoneEnded',
    tags: ['withoutCard'],
    on: {
      newCode: '#phone',
      printInstead,
      leave: giveUp,
      timeout: giveUp,
      'reader.gone': forbidden,
      'card.present': { target: '#attract', actions: set({ end: { how: 'phone' } }) },
    },
  }),
}
