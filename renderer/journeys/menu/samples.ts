import type { SamplesOf } from '../journey.ts'
import { holder } from '../sample-people.ts'

export const samples: SamplesOf<'menu'> = {
  menu: {
    shown: {
      menu: { screen: 'menu', holder, online: true, lineBack: false, waiting: 0, pending: 0, notices: [] },
      'menu-offline': { screen: 'menu', holder, online: false, lineBack: false, waiting: 0, pending: 0, notices: [] },
      'menu-line-back': { screen: 'menu', holder, online: false, lineBack: true, waiting: 0, pending: 1, notices: [] },
      'menu-pending-cie': {
        screen: 'menu',
        holder,
        online: true,
        lineBack: false,
        waiting: 0,
        pending: 2,
        notices: [],
      },
      'menu-waiting': { screen: 'menu', holder, online: true, lineBack: false, waiting: 2, pending: 0, notices: [] },
      'menu-notices': {
        screen: 'menu',
        holder,
        online: true,
        lineBack: false,
        waiting: 0,
        pending: 1,
        notices: [
          { operation: '01KANPR0000000000000000001', became: 'refused', requestedAt: '2026-11-10T09:12:00.000Z' },
          { operation: '01KANPR0000000000000000002', became: 'aside', requestedAt: '2026-10-12T16:40:00.000Z' },
        ],
      },
    },
  },
}
