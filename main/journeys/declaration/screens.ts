import type { Shows } from '../../visit/chart.ts'
import { holderOf } from '../../visit/visit.ts'
import type { states } from './states.ts'
import { declarable, offersAttoNotorio } from './visit.ts'

export const screens: Shows<typeof states> = {
  declaration: ({ visit }) => ({
    screen: 'declaration',
    for: visit.declaration.advice,
    attoNotorio: offersAttoNotorio(visit),
    declarant: holderOf(visit),
    types: declarable(visit),
    forAnother: visit.declaration.forAnother,
  }),
}
