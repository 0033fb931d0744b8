import { noticeSentence } from '../../../contract/command.ts'
import { outOfService } from '../../../contract/journeys/arrive.ts'
import { closed } from '../../../contract/offers.ts'
import type { SamplesOf } from '../journey.ts'

export const samples: SamplesOf<'arrive'> = {
  starting: { canLeave: false, shown: { starting: { screen: 'starting' } } },
  'out-of-service': {
    canLeave: false,
    shown: Object.fromEntries(
      outOfService.options.map((reason) => [
        `out-of-service-${reason}`,
        { screen: 'out-of-service', reason, since: '2026-11-30T09:42:00.000Z' },
      ]),
    ),
  },
  attract: {
    canLeave: false,
    shown: {
      attract: { screen: 'attract', printing: true, online: true, cie: true, closed: null, notice: null },
      ...Object.fromEntries(
        noticeSentence.options.map((sentence) => [
          `attract-notice-${sentence}`,
          {
            ...{ screen: 'attract', printing: true, online: true, cie: true, closed: null },
            notice: { sentence, day: '2026-12-24' },
          },
        ]),
      ),
      ...Object.fromEntries(
        closed.options.map((one) => [
          `attract-closed-${one}`,
          { screen: 'attract', printing: true, online: true, cie: true, closed: one, notice: null },
        ]),
      ),
      'attract-offline': { screen: 'attract', printing: true, online: false, cie: true, closed: null, notice: null },
      'attract-faults': { screen: 'attract', printing: false, online: true, cie: false, closed: null, notice: null },
      'attract-no-printing': {
        screen: 'attract',
        printing: false,
        online: true,
        cie: true,
        closed: null,
        notice: null,
      },
    },
  },
  language: {
    shown: {
      language: { screen: 'language', cardSeen: false },
      'language-card': { screen: 'language', cardSeen: true },
    },
  },
}
