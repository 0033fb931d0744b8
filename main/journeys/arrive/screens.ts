import { canPrint, type Shows } from '../../visit/chart.ts'
import { shownOf } from '../../visit/closed.ts'
import type { attract, states } from './states.ts'

export const screens: Shows<typeof states & { attract: typeof attract }> = {
  attract: ({ out, outSince, printer }, { online, closed, cie, notice }) => {
    if (out === 'starting') return { screen: 'starting' }
    if (out) return { screen: 'out-of-service', reason: out, since: outSince }
    return { screen: 'attract', printing: canPrint(printer), online, cie, closed: shownOf(closed), notice }
  },
  language: ({ card }) => ({ screen: 'language', cardSeen: card !== null }),
}
