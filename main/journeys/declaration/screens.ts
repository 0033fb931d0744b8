import type { Shows } from '../../visit/chart.ts'
import type { states } from './states.ts'
import { offersAttoNotorio } from './visit.ts'

export const screens: Shows<ReturnType<typeof states>> = {
  declaration: ({ visit }) => ({
    screen: 'declaration',
    for: visit.declaration.advice,
    attoNotorio: offersAttoNotorio(visit),
    declares: visit.declaration.declares,
    forAnother: visit.declaration.forAnother,
  }),
}
