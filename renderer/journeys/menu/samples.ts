import type { SamplesOf } from '../journey.ts'
import { holder } from '../sample-people.ts'

export const samples: SamplesOf<'menu'> = {
  menu: {
    shown: {
      menu: { screen: 'menu', holder, online: true, notices: [] },
      'menu-offline': { screen: 'menu', holder, online: false, notices: [] },
      'menu-notices': {
        screen: 'menu',
        holder,
        online: true,
        notices: [
          { operation: '01KANPR0000000000000000001', became: 'refused', requestedAt: '2026-11-10T09:12:00.000Z' },
          { operation: '01KANPR0000000000000000002', became: 'aside', requestedAt: '2026-10-12T16:40:00.000Z' },
        ],
      },
    },
  },
}
