import { outOfService } from '../../../contract/journeys/arrive.ts'
import type { SamplesOf } from '../journey.ts'

export const samples: SamplesOf<'arrive'> = {
  starting: { canLeave: false, shown: { starting: { screen: 'starting' } } },
  'out-of-service': {
    canLeave: false,
    shown: Object.fromEntries(
      outOfService.options.map((reason) => [`out-of-service-${reason}`, { screen: 'out-of-service', reason }]),
    ),
  },
  attract: {
    canLeave: false,
    shown: {
      attract: { screen: 'attract', printing: true, online: true },
      'attract-offline': { screen: 'attract', printing: true, online: false },
      'attract-no-printing': { screen: 'attract', printing: false, online: true },
    },
  },
  language: {
    shown: {
      language: { screen: 'language', cardSeen: false },
      'language-card': { screen: 'language', cardSeen: true },
    },
  },
}
