import type { OwnRequest } from '../../../contract/journeys/requests.ts'
import type { OwnAccess } from '../../../contract/own-requests.ts'
import type { Visit } from '../../visit/visit.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    requests: {
      known: Known
      /** Where in `known.requests` the request stands that the person looks at. */
      chosen: number
      accesses: Access[]
    }
  }
}

/** `whole` false: those of other totems are not known now. */
export interface Known {
  requests: OwnRequest[]
  whole: boolean
}
export type Access = Omit<OwnAccess, 'machine'> & { here: boolean }

export const fresh = (): Pick<Visit, 'requests'> => ({
  requests: { known: { requests: [], whole: false }, chosen: 0, accesses: [] },
})
