import type { Drawings, ScreensOf } from '../journey.ts'
import { Accesses, AccessesUnavailable } from './accesses.tsx'
import { Request, Requests, Withdrawal } from './requests.tsx'

export const screens: Drawings<ScreensOf<'requests'>> = {
  requests: Requests,
  request: Request,
  'request-withdrawal': Withdrawal,
  accesses: Accesses,
  'accesses-unavailable': AccessesUnavailable,
}
