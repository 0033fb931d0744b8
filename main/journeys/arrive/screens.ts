import { canPrint, type Shows } from '../../visit/chart.ts'
import type { attract, states } from './states.ts'

export const screens: Shows<typeof states & { attract: typeof attract }> = {
  attract: ({ out, printer }, { online }) => {
    if (out === 'starting') return { screen: 'starting' }
    return out ? { screen: 'out-of-service', reason: out } : { screen: 'attract', printing: canPrint(printer), online }
  },
  language: ({ card }) => ({ screen: 'language', cardSeen: card !== null }),
}
