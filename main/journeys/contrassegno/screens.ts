import { CHARGES } from '../../../catalogue/bollo.ts'
import type { Shows } from '../../visit/chart.ts'
import type { states } from './states.ts'

export const screens: Shows<ReturnType<typeof states>> = {
  privateParty: ({ visit }) => ({
    ...{ screen: 'private-party', cents: (visit.holder.entered?.charges ?? CHARGES).bollo },
    pagopa: visit.holder.entered?.pagopa?.offered ?? false,
  }),
  contrassegno: () => ({ screen: 'contrassegno' }),
  contrassegnoDate: ({ visit }) => ({ screen: 'contrassegno-date', wrong: visit.contrassegno.wrong }),
}
