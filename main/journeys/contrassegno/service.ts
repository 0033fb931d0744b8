import { italianDay } from '../../../basics/time.ts'
import { isContrassegnoOf } from '../../../catalogue/bollo.ts'
import { type Contrassegno, contrassegno } from '../../../contract/bollo.ts'

/** May a mark of that day, if the calendar has it, stand on a certificate of today? */
export const contrassegnoJudge =
  (now: () => Date) =>
  (mark: Contrassegno): boolean =>
    contrassegno.safeParse(mark).success && isContrassegnoOf(mark, italianDay(now()))
