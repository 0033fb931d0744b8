import type { Shows } from '../../visit/chart.ts'
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
  accesses: ({ visit: { requests } }, { inner }) =>
    inner === 'unavailable'
      ? { screen: 'accesses-unavailable' }
      : { screen: 'accesses', accesses: inner === 'shown' ? requests.accesses : null },
}
