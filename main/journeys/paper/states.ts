import { chart } from '../../visit/chart.ts'
import { printing } from '../../visit/printing.ts'
import { printWritten } from './tasks.ts'

export const states = {
  // The totem keeps no paper that it writes, so a person who cannot wait for the printer asks again another day.
  printingWritten: chart.createStateConfig({
    id: 'printingWritten',
    ...printing(
      printWritten,
      { done: '#done' },
      { target: '#done', set: () => ({ end: { outcome: 'nothing' } }) },
      { handedOver: true },
    ),
  }),
}
