import { chart, forbidden, set, working } from '../../visit/chart.ts'
import { inPlaceOfPaper, leftHere, printInstead } from '../../visit/taking-home.ts'
import { ask, send } from './tasks.ts'

const giveUp = { target: '#done', actions: { type: 'set' as const, params: leftHere } }
/** The person may take the card along, and another card begins another visit: an address is not shown to the next person. */
const here = {
  tags: ['withoutCard' as const],
  on: {
    'reader.gone': forbidden,
    'card.present': { target: '#attract', actions: set({ end: { how: 'domicilio' } }) },
  },
}
const under = {
  tags: ['busy' as const, 'withoutCard' as const],
  on: { ...here.on, leave: forbidden, timeout: forbidden },
}

export const states = {
  domicilioAsking: chart.createStateConfig({
    id: 'domicilio',
    ...working(ask, { confirm: 'domicilioConfirm', ended: 'domicilioEnded' }),
    ...under,
  }),
  domicilioConfirm: chart.createStateConfig({
    ...here,
    on: {
      ...here.on,
      sendToDomicile: {
        guard: ({ context, event }) => event.index < context.visit.domicilio.known.length,
        target: 'domicilioSending',
        actions: {
          type: 'set',
          params: ({ context: { visit }, event }) => ({
            domicilio: { chosen: visit.domicilio.known[event.index] ?? null },
          }),
        },
      },
      printInstead,
      leave: giveUp,
      timeout: giveUp,
    },
  }),
  domicilioSending: chart.createStateConfig({
    ...working(send, { done: '#done', ended: 'domicilioEnded' }),
    ...under,
  }),
  domicilioEnded: chart.createStateConfig({
    ...here,
    on: { ...here.on, ...inPlaceOfPaper, takeToDomicile: forbidden, printInstead, leave: giveUp, timeout: giveUp },
  }),
}
