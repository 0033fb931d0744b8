import { chart } from '../../visit/chart.ts'

/** The totem waits for the next person. */
export const attract = chart.createStateConfig({
  id: 'attract',
  // Nobody is at the totem, so there is nobody to warn and no card to ask for.
  tags: ['busy', 'withoutCard'],
  entry: ['forget', 'checkHealth'],
  always: { guard: 'newCard', target: 'visit' },
  on: {
    start: {
      guard: 'healthy',
      target: 'visit.card',
      actions: { type: 'set', params: ({ event }) => ({ frame: { language: event.language } }) },
    },
    // Somebody chose a language or larger text and went away: the next person finds the totem as it always is.
    timeout: { target: 'attract', reenter: true },
  },
})

export const states = {
  language: chart.createStateConfig({
    tags: ['withoutCard'],
    on: {
      chooseLanguage: {
        target: 'card',
        actions: { type: 'set', params: ({ event }) => ({ frame: { language: event.language } }) },
      },
    },
  }),
}
