import type { SamplesOf } from '../journey.ts'
import { holder } from '../sample-people.ts'

export const samples: SamplesOf<'menu'> = {
  menu: {
    shown: {
      menu: { screen: 'menu', holder, online: true, lineBack: false, waiting: 0, pending: 0, notices: [], card: null },
      'menu-offline': {
        screen: 'menu',
        holder,
        online: false,
        lineBack: false,
        waiting: 0,
        pending: 0,
        notices: [],
        card: null,
      },
      'menu-line-back': {
        screen: 'menu',
        holder,
        online: false,
        lineBack: true,
        waiting: 0,
        pending: 1,
        notices: [],
        card: null,
      },
      'menu-pending-cie': {
        screen: 'menu',
        holder,
        online: true,
        lineBack: false,
        waiting: 0,
        pending: 2,
        notices: [],
        card: null,
      },
      'menu-waiting': {
        screen: 'menu',
        holder,
        online: true,
        lineBack: false,
        waiting: 2,
        pending: 0,
        notices: [],
        card: null,
      },
      'menu-card-expiring': {
        ...{ screen: 'menu', holder, online: true, lineBack: false, waiting: 0, pending: 0, notices: [] },
        card: { state: 'expiring', date: '2027-03-18' },
      },
      'menu-card-expired': {
        ...{ screen: 'menu', holder, online: true, lineBack: false, waiting: 0, pending: 0, notices: [] },
        card: { state: 'expired', date: '2026-06-18' },
      },
      'menu-card-paper': {
        ...{ screen: 'menu', holder, online: true, lineBack: false, waiting: 0, pending: 0, notices: [] },
        card: { state: 'paper', date: null },
      },
      'menu-notices': {
        screen: 'menu',
        holder,
        online: true,
        lineBack: false,
        waiting: 0,
        pending: 1,
        card: null,
        notices: [
          { operation: '01KANPR0000000000000000001', became: 'refused', requestedAt: '2026-11-10T09:12:00.000Z' },
          { operation: '01KANPR0000000000000000002', became: 'aside', requestedAt: '2026-10-12T16:40:00.000Z' },
        ],
      },
    },
  },
}
