import { chart, pulled } from '../../visit/chart.ts'
import { required } from '../../visit/visit.ts'

export const states = {
  collect: chart.createStateConfig({
    id: 'collect',
    always: { guard: ({ context: { visit } }) => visit.holder.entered?.waiting.length === 0, target: 'menu' },
    on: {
      collect: {
        target: '#printingCertificate',
        actions: {
          type: 'set',
          params: ({ context: { visit } }) => {
            const { waiting } = required(visit.holder.entered, 'gateway session')
            return { paper: { document: 'certificate', issued: waiting.map(({ outcome }) => outcome) } }
          },
        },
      },
      collectLater: 'menu',
      'card.removed': pulled,
    },
  }),
}
