import type { Drawings, ScreensOf } from '../journey.ts'
import { Ended, Later, Notice, Opening, Refund } from './pagopa.tsx'

export const screens: Drawings<ScreensOf<'pagopa'>> = {
  'pagopa-opening': Opening,
  pagopa: Notice,
  'pagopa-later': Later,
  'pagopa-ended': Ended,
  'pagopa-refund': Refund,
}
