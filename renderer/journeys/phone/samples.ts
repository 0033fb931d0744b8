import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'

const code = {
  link: `https://totem.poste.example/d/${'9f3kQ0vXw2LmZ7bTa8RcYd'}#${'Jx4v7Qm2Zs9LwK1nT8yRbC5dE0fGhA3uVoPiS6kXzWq'}`,
  // The clock stands at its whole time.
  until: '2099-01-01T00:00:00.000Z',
}
const phone = (shown: Partial<ScreenOf<'phone'>> = {}): ScreenOf<'phone'> => ({
  ...{ screen: 'phone', document: 'certificate', code, noPrinter: false, canPrint: true },
  ...shown,
})
const ended = (shown: Partial<ScreenOf<'phone-ended'>> = {}): ScreenOf<'phone-ended'> => ({
  ...{ screen: 'phone-ended', document: 'certificate', why: 'over', canPrint: true, ways: ['email', 'domicilio'] },
  ...shown,
})

export const samples: SamplesOf<'phone'> = {
  phone: {
    shown: {
      phone: phone(),
      'phone-no-printer': phone({ noPrinter: true, canPrint: false }),
      'phone-printed': phone({ canPrint: false }),
    },
  },
  'phone-ended': {
    shown: {
      'phone-ended': ended(),
      'phone-ended-contested': ended({ why: 'contested' }),
      'phone-ended-unavailable': ended({ why: 'unavailable', document: 'declaration', canPrint: false }),
    },
  },
}
