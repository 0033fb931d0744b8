import type { Result } from '../../../contract/result.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    phone: {
      handover: Handover | null
      /** Why nothing is on the telephone. */
      why: 'over' | 'contested' | 'unavailable'
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** Encrypts a PDF by a new key and leaves it at the gateway for one telephone. */
    handOver(visit: VisitId, pdf: Uint8Array): Promise<Result<Handover, Unavailable>>
    /** Waits until the telephone has the document, or will not get it. */
    handoverBecame(visit: VisitId, handover: Handover): Promise<'taken' | 'contested' | 'over'>
    withdrawHandover(visit: VisitId, handover: Handover): void
  }
}

/** `link`: for the telephone, with the key. `until`: the totem waits so long. Lives in memory only. */
export interface Handover {
  id: string
  link: string
  until: string
}

export const fresh = () => ({ phone: { handover: null, why: 'over' as const } })
