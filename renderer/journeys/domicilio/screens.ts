import type { Drawings, ScreensOf } from '../journey.ts'
import { Asking, ChooseDomicile, Ended, Sending } from './domicilio.tsx'

export const screens: Drawings<ScreensOf<'domicilio'>> = {
  'domicilio-asking': Asking,
  domicilio: ChooseDomicile,
  'domicilio-sending': Sending,
  'domicilio-ended': Ended,
}
