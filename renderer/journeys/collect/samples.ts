import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'
import { holder } from '../sample-people.ts'

type Waiting = ScreenOf<'collect'>['waiting'][number]

const waiting = (types: Waiting['types'], last: string): Waiting => ({
  operation: `01KAN5ZQ6M2V4X8R7T9B3C5D${last}`,
  types,
  requestedAt: '2026-11-20T09:42:00.000Z',
})

export const samples: SamplesOf<'collect'> = {
  collect: {
    shown: {
      collect: { screen: 'collect', holder, waiting: [waiting(['8'], 'A1')] },
      'collect-many': {
        screen: 'collect',
        holder,
        waiting: [waiting(['8'], 'A1'), waiting(['8', '12'], 'A2'), waiting(['12'], 'A3'), waiting(['8'], 'A4')],
      },
    },
  },
}
