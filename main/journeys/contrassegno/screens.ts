import { dueFor } from '../../../catalogue/bollo.ts'
import type { Shows } from '../../visit/chart.ts'
import type { states } from './states.ts'

const due = dueFor('privateParty')

export const screens: Shows<ReturnType<typeof states>> = {
  privateParty: () => ({ screen: 'private-party', cents: due.kind === 'bollo' ? due.cents : 0 }),
  contrassegno: () => ({ screen: 'contrassegno' }),
  contrassegnoDate: ({ visit }) => ({ screen: 'contrassegno-date', wrong: visit.contrassegno.wrong }),
}
