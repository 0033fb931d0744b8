import type { Shows } from '../../visit/chart.ts'
import { holderOf } from '../../visit/visit.ts'
import type { states } from './states.ts'

export const screens: Shows<typeof states> = {
  menu: ({ visit }, { online }) => {
    const { entered } = visit.holder
    return {
      screen: 'menu',
      holder: holderOf(visit),
      online: entered?.token != null,
      lineBack: online && entered?.token == null,
      waiting: entered?.waiting.length ?? 0,
      payments: entered?.pagopa?.payments.length ?? 0,
      pending: entered?.pending ?? 0,
      returned: entered?.returned ?? 0,
      card: entered?.card ?? null,
      notices: (entered?.notices ?? []).map(({ operation, state, requestedAt }) => ({
        operation,
        became: state,
        requestedAt,
      })),
    }
  },
}
