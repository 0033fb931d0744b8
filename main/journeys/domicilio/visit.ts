import type { Domicile } from '../../../contract/domicile.ts'
import type { Result } from '../../../contract/result.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    domicilio: {
      /** As INAD told them in this visit; nothing of it stays. */
      known: readonly Domicile[]
      chosen: Domicile | null
      why: 'none' | 'refused' | 'unavailable'
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** Where INAD says that this person has their digital domicile; none: an empty list. */
    domiciles(
      visit: VisitId,
      entered: Entered,
      codiceFiscale: string,
    ): Promise<Result<readonly Domicile[], Unavailable>>
    /** Has the document sent there by PEC. */
    sendToDomicile(
      visit: VisitId,
      entered: Entered,
      mail: { pdf: Uint8Array; about: AboutDocument; domicile: Domicile },
    ): Promise<Result<true, Unavailable | { kind: 'refused' }>>
  }
}

export const fresh = () => ({ domicilio: { known: [], chosen: null, why: 'none' as const } })
