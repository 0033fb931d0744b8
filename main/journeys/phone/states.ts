import { chart, forbidden, set, tell, working } from '../../visit/chart.ts'
import { inPlaceOfPaper, leftHere, printInstead } from '../../visit/taking-home.ts'
import { handOver, watch } from './tasks.ts'

const withdraw = tell(({ frame, phone: { handover } }, services) => {
  if (handover) services.withdrawHandover(frame, handover)
})
const giveUp = { target: '#done', actions: [withdraw, { type: 'set' as const, params: leftHere }] }
const instead = printInstead.map((way) => ({ ...way, actions: [withdraw, way.actions] }))

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
        on: { leave: giveUp, printInstead: instead },
      },
    },
  }),
  phoneEnded: chart.createStateConfig({
    id: 'phoneEnded',
    tags: ['withoutCard'],
    on: {
      newCode: '#phone',
      printInstead: instead,
      ...inPlaceOfPaper,
      takeOnPhone: forbidden,
      leave: giveUp,
      timeout: giveUp,
      'reader.gone': forbidden,
      'card.present': { target: '#attract', actions: set({ end: { how: 'phone' } }) },
    },
  }),
}
