import type { Drawings, ScreensOf } from '../journey.ts'
import { Accesses, AccessesUnavailable } from './accesses.tsx'
import { Request, Requests } from './requests.tsx'

export const screens: Drawings<ScreensOf<'requests'>> = {
  requests: Requests,
  request: Request,
  accesses: Accesses,
  'accesses-unavailable': AccessesUnavailable,
}
