import { chart } from '../../visit/chart.ts'
import { printing } from '../../visit/printing.ts'
import { printWritten } from './tasks.ts'

export const states = {
  // Nothing is kept of what the totem writes: a person who cannot wait for the printer comes again, or writes by hand.
  printingWritten: chart.createStateConfig({
    id: 'printingWritten',
    ...printing(printWritten, { done: '#done' }, { target: '#done', set: () => ({ end: { outcome: 'nothing' } }) }),
  }),
}
