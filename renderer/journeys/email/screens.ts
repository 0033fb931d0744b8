import type { Drawings, ScreensOf } from '../journey.ts'
import { Confirm, Ended, Sending, Sent, TypeAddress } from './email.tsx'

export const screens: Drawings<ScreensOf<'email'>> = {
  'email-address': TypeAddress,
  'email-confirm': Confirm,
  'email-sending': Sending,
  'email-sent': Sent,
  'email-ended': Ended,
}
