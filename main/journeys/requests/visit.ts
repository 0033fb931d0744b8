import type { OwnRequest } from '../../../contract/journeys/requests.ts'
import type { OwnAccess, Withdrawal } from '../../../contract/own-requests.ts'
import type { Payment } from '../../../contract/pagopa.ts'
import type { Visit } from '../../visit/visit.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    requests: {
      known: Known
      /** Those of `known` that are payments, as the gateway has told them. */
      payments: Payment[]
      /** Where in `known.requests` the request stands that the person looks at. */
      chosen: number
      accesses: Access[]
      /** What came of the withdrawal of the chosen one. */
      became: Withdrawal['became']
    }
  }
}

/** `whole` false: those of other totems are not known now. */
export interface Known {
  requests: OwnRequest[]
  whole: boolean
}
export type Access = Omit<OwnAccess, 'machine' | 'office'> & { office: string; here: boolean }

export const fresh = (): Pick<Visit, 'requests'> => ({
  requests: { known: { requests: [], whole: false }, payments: [], chosen: 0, accesses: [], became: 'unknown' },
})
