import { type Context, chart, pulled, working } from '../../visit/chart.ts'
import type { Change, Visit } from '../../visit/visit.ts'
import { judge } from './tasks.ts'

/** `instead`: the free declaration, for a person who would rather not pay. */
export const states = (instead: { target: string; set: (visit: Visit) => Change }) => ({
  privateParty: chart.createStateConfig({
    id: 'contrassegno',
    on: {
      declareInstead: {
        target: instead.target,
        actions: { type: 'set', params: ({ context: { visit } }: { context: Context }) => instead.set(visit) },
      },
      haveContrassegno: 'contrassegno',
      back: '#purpose',
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
      judging: working(judge, { preview: '#preview', typing: 'typing' }),
    },
  }),
})
