import { type OwnRequest, requestState } from '../../../contract/journeys/requests.ts'
import type { SamplesOf } from '../journey.ts'

const OFFICE = 'Ufficio postale di Bevagna (PG)'

const MAILED = new Set<OwnRequest['state']>(['mailed', 'opened', 'domicile', 'delivered', 'returned'])

const request = (state: OwnRequest['state'], day: number): OwnRequest => ({
  document: 'certificate',
  operation: `01KANPR00000000000000000${String(day).padStart(2, '0')}`,
  ...{ types: day % 3 === 0 ? ['8', '12'] : ['8'], state, withdrawable: state === 'recorded' || state === 'sent' },
  requestedAt: `2026-11-${String(day).padStart(2, '0')}T09:12:00.000Z`,
  office: state === 'elsewhere' ? OFFICE : null,
  again: state === 'ready' || state === 'returned' ? 'collect' : null,
  day:
    state === 'unpaid' || state === 'refund'
      ? '2026-12-22T09:12:00.000Z'
      : MAILED.has(state)
        ? '2026-11-22T09:14:00.000Z'
        : null,
})
const all = requestState.options.map((state, index) => request(state, 22 - index))

const access = (day: number, more: object) => ({
  ...{ at: `2026-11-${day}T09:42:00.000Z`, office: OFFICE, by: 'self' as const, here: false },
  ...{ operator: null, looked: ['data' as const, 'identity' as const], types: [], uses: [], ...more },
})

export const samples: SamplesOf<'requests'> = {
  requests: {
    canGoBack: true,
    shown: {
      'requests-asking': { screen: 'requests', requests: null, whole: false },
      requests: { screen: 'requests', requests: all, whole: true },
      'requests-offline': {
        screen: 'requests',
        requests: all.slice(0, 3).map((one) => ({ ...one, types: null })),
        whole: false,
      },
      'requests-none': { screen: 'requests', requests: [], whole: true },
    },
  },
  request: {
    canGoBack: true,
    shown: Object.fromEntries(all.map((one) => [`request-${one.state}`, { screen: 'request', request: one }])),
  },
  'request-withdrawal': {
    canGoBack: true,
    shown: {
      'request-withdrawal-withdrawn': { screen: 'request-withdrawal', became: 'withdrawn', canPrint: true },
      'request-withdrawal-too-late': { screen: 'request-withdrawal', became: 'too-late', canPrint: false },
      'request-withdrawal-unknown': { screen: 'request-withdrawal', became: 'unknown', canPrint: false },
    },
  },
  accesses: {
    canGoBack: true,
    shown: {
      'accesses-asking': { screen: 'accesses', accesses: null },
      accesses: {
        screen: 'accesses',
        accesses: [
          access(22, { here: true }),
          access(20, { by: 'relative', looked: ['certificate', 'family'], types: ['12'] }),
          access(17, { by: 'stranger', looked: [] }),
          access(12, { looked: ['identity'], office: 'Totem PG-0417' }),
        ],
      },
      'accesses-counter': {
        screen: 'accesses',
        accesses: [
          access(22, {
            by: 'operator',
            operator: '100001',
            looked: ['certificate'],
            types: ['8'],
            uses: ['processuale'],
          }),
          access(20, {
            by: 'operatorRelative',
            operator: '100001',
            looked: ['certificate'],
            types: ['12'],
            uses: ['privateParty'],
          }),
          access(17, { by: 'operator', operator: '100002', looked: ['accesses', 'family'] }),
        ],
      },
    },
  },
  'accesses-unavailable': { canGoBack: true, shown: { 'accesses-unavailable': { screen: 'accesses-unavailable' } } },
}
