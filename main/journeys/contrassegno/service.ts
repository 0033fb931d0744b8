import { italianDay } from '../../../basics/time.ts'
import { isContrassegnoOf } from '../../../catalogue/bollo.ts'
import { type Contrassegno, contrassegno } from '../../../contract/bollo.ts'

/** True if the calendar has the mark's day, and such a mark may stand on a certificate of today. */
export const contrassegnoJudge =
  (now: () => Date) =>
  (mark: Contrassegno): boolean =>
    contrassegno.safeParse(mark).success && isContrassegnoOf(mark, italianDay(now()))
