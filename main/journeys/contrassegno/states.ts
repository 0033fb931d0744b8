import { chart, pulled, takes, type Way, working } from '../../visit/chart.ts'
import { judge } from './tasks.ts'

/** `instead`: the free declaration, for a person who would rather not pay. `pagopa`: bollo paid by a notice. */
export const states = (instead: Way, pagopa: Way) => ({
  privateParty: chart.createStateConfig({
    id: 'contrassegno',
    on: {
      declareInstead: takes(instead),
      haveContrassegno: 'contrassegno',
      payByNotice: {
        guard: ({ context }) => context.visit.holder.entered?.pagopa?.offered ?? false,
        ...takes(pagopa),
      },
      back: '#sheet',
      'card.removed': pulled,
    },
  }),
  contrassegno: chart.createStateConfig({
    on: {
      enterContrassegno: {
        target: 'contrassegnoDate',
        actions: { type: 'set', params: ({ event: { number } }) => ({ contrassegno: { number, wrong: false } }) },
      },
      back: 'privateParty',
      'card.removed': pulled,
    },
  }),
  contrassegnoDate: chart.createStateConfig({
    initial: 'typing',
    on: { back: 'contrassegno', 'card.removed': pulled },
    states: {
      typing: {
        on: {
          enterContrassegnoDate: {
            target: 'judging',
            actions: { type: 'set', params: ({ event: { digits } }) => ({ contrassegno: { digits } }) },
          },
        },
      },
      judging: working(judge, { sheet: '#sheet', typing: 'typing' }),
    },
  }),
})
