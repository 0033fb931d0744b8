import { chart, pulled } from '../../visit/chart.ts'
import { required } from '../../visit/visit.ts'

export const states = {
  collect: chart.createStateConfig({
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
