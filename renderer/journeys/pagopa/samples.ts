import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'

const told = { notice: '301202611280000124', cents: 1600, types: ['8' as const] }
const dueAt = '2026-12-28T09:00:00.000Z'
const open: ScreenOf<'pagopa'> = {
  ...{ screen: 'pagopa', ...told, qr: 'PAGOPA|002|301202611280000124|99999000013|1600', dueAt },
  ...{ checkout: 'https://checkout.pagopa.example/c/9f3kQ0vXw2LmZ7bTa8RcYdJx4v7Qm2Z', creditor: 'Ente creditore' },
  // The clock stands at its whole time.
  until: '2099-01-01T00:00:00.000Z',
}

export const samples: SamplesOf<'pagopa'> = {
  'pagopa-opening': { shown: { 'pagopa-opening': { screen: 'pagopa-opening' } } },
  pagopa: { canGoBack: true, shown: { pagopa: open, 'pagopa-no-checkout': { ...open, checkout: null } } },
  'pagopa-later': { shown: { 'pagopa-later': { screen: 'pagopa-later', ...told, dueAt } } },
  'pagopa-ended': {
    canGoBack: true,
    shown: {
      'pagopa-lapsed': { screen: 'pagopa-ended', why: 'lapsed' },
      'pagopa-withdrawn': { screen: 'pagopa-ended', why: 'withdrawn' },
      'pagopa-unavailable': { screen: 'pagopa-ended', why: 'unavailable' },
    },
  },
  'pagopa-refund': {
    canGoBack: true,
    withoutSteps: {
      'pagopa-refund': {
        ...{ screen: 'pagopa-refund', ...told, receipt: 'c110729d258c4ab1b765fe902aae41d6' },
        ...{ why: 'document-not-valid', by: '2027-01-28T09:00:00.000Z', contact: null },
      },
    },
    shown: {},
  },
}
