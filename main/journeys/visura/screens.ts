import type { Shows } from '../../visit/chart.ts'
import { masked } from '../../visit/masked.ts'
import { required } from '../../visit/visit.ts'
import type { states } from './states.ts'

export const screens: Shows<typeof states> = {
  visura: ({ visit }, { inner }) => {
    if (inner === 'unavailable') return { screen: 'visura-unavailable' }
    return {
      screen: 'visura',
      person: inner === 'shown' ? masked(required(visit.holder.registered, 'visura').person) : null,
    }
  },
}
