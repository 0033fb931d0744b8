import { chart, pulled, set, working } from '../../visit/chart.ts'
import { ask } from './tasks.ts'
import { isOpen, sectionsOf, sheetOf } from './visit.ts'

/** A state that asks ANPR for the section that the visit names. */
const asking = {
  initial: 'asking' as const,
  states: { asking: working(ask, { shown: 'shown', unavailable: 'unavailable' }), shown: {}, unavailable: {} },
}

export const states = {
  family: chart.createStateConfig({
    id: 'family',
    entry: set({ frame: { stepped: false } }),
    on: {
      chooseMember: {
        guard: ({ context, event }) => isOpen(sheetOf(context.visit)[event.index]),
        target: 'member',
        actions: {
          type: 'set',
          params: ({ event }) => ({ family: { chosen: event.index, told: {}, section: 'identity' as const } }),
        },
      },
      // They come from their own data, which the visit still has.
      back: 'visura',
      'card.removed': pulled,
    },
  }),
  member: chart.createStateConfig({
    id: 'member',
    ...asking,
    on: {
      openSection: {
        guard: ({ context: { visit }, event }) =>
          visit.family.told.identity !== undefined && sectionsOf(visit).includes(event.section),
        target: 'memberSection',
        actions: { type: 'set', params: ({ event }) => ({ family: { section: event.section } }) },
      },
      back: 'family',
      'card.removed': pulled,
    },
  }),
  memberSection: chart.createStateConfig({
    ...asking,
    on: {
      back: { target: 'member', actions: set({ family: { section: 'identity' } }) },
      'card.removed': pulled,
    },
  }),
}
