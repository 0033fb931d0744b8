import { canPrint, type Shows } from '../../visit/chart.ts'
import { printingScreen } from '../../visit/printing.ts'
import { required } from '../../visit/visit.ts'
import type { states } from './states.ts'

export const screens: Shows<typeof states> = {
  requests: ({ visit: { requests } }, { inner }) => ({
    screen: 'requests',
    requests: inner === 'shown' ? requests.known.requests : null,
    whole: requests.known.whole,
  }),
  request: ({ visit: { requests } }) => ({
    screen: 'request',
    request: required(requests.known.requests[requests.chosen], 'chosen request'),
  }),
  withdrawing: () => ({ screen: 'requests', requests: null, whole: false }),
  withdrawal: ({ visit: { requests }, printer }) => ({
    screen: 'request-withdrawal',
    became: requests.became,
    canPrint: requests.became === 'withdrawn' && canPrint(printer),
  }),
  printingWithdrawal: (context, { inner }) => printingScreen('withdrawal', context, inner),
  accesses: ({ visit: { requests } }, { inner }) =>
    inner === 'unavailable'
      ? { screen: 'accesses-unavailable' }
      : { screen: 'accesses', accesses: inner === 'shown' ? requests.accesses : null },
}
