import type { SamplesOf } from '../journey.ts'

export const samples: SamplesOf<'contrassegno'> = {
  'private-party': {
    canGoBack: true,
    shown: {
      'private-party': { screen: 'private-party', cents: 1600, pagopa: true },
      'private-party-mark-only': { screen: 'private-party', cents: 1600, pagopa: false },
    },
  },
  contrassegno: { canGoBack: true, shown: { contrassegno: { screen: 'contrassegno' } } },
  'contrassegno-date': {
    canGoBack: true,
    shown: {
      'contrassegno-date': { screen: 'contrassegno-date', wrong: false },
      'contrassegno-date-wrong': { screen: 'contrassegno-date', wrong: true },
    },
  },
}
