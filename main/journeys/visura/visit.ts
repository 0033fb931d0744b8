import type { VisuraAnswer } from '../../../contract/gateway.ts'
import type { Result } from '../../../contract/result.ts'

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** What ANPR holds of the holder, asked now. */
    visura(visit: VisitId, entered: Entered): Promise<Result<VisuraAnswer, Refused | Unavailable>>
    writeVisura(visit: VisitId, told: VisuraAnswer): Written
  }
}
