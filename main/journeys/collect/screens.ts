import type { Shows } from '../../visit/chart.ts'
import { holderOf, required } from '../../visit/visit.ts'
import type { states } from './states.ts'

export const screens: Shows<typeof states> = {
  collect: ({ visit }) => ({
    screen: 'collect',
    holder: holderOf(visit),
    waiting: required(visit.holder.entered, 'gateway session').waiting.map(({ outcome, requestedAt }) => ({
      operation: outcome.operation,
      types: outcome.types,
      requestedAt,
    })),
  }),
}
