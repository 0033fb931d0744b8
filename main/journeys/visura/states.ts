import { chart, chooseService, pulled, set, working } from '../../visit/chart.ts'
import { fromFirstPage } from '../../visit/printing.ts'
import { required, type Writing } from '../../visit/visit.ts'
import { ask } from './tasks.ts'

const writing: Writing = {
  write: ({ frame, holder }, services) => services.writeVisura(frame, required(holder.registered, 'visura')),
}

export const states = {
  visura: chart.createStateConfig({
    id: 'visura',
    initial: 'asking',
    entry: set({ frame: { stepped: false } }),
    on: { back: 'menu', 'card.removed': pulled },
    states: {
      asking: working(ask, { shown: 'shown', unavailable: 'unavailable' }),
      shown: {
        on: {
          // What else is known of the person lies behind their own data.
          chooseService,
          printVisura: {
            target: '#printingWritten',
            actions: set({ paper: { ...fromFirstPage, document: 'visura', writing, written: null } }),
          },
        },
      },
      // The declaration needs no line, so the person can choose it here.
      unavailable: { on: { chooseService } },
    },
  }),
}
