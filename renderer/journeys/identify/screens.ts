import type { Drawings, ScreensOf } from '../journey.ts'
import { Can, CanChecking, CardExpiry } from './can.tsx'
import { CardReading, InsertCard } from './card.tsx'
import { LastTry, Pin, PinChecking } from './pin.tsx'
import { Recognised } from './recognised.tsx'
import './identify.css'

export const screens: Drawings<ScreensOf<'identify'>> = {
  card: InsertCard,
  'card-reading': CardReading,
  pin: Pin,
  'last-try': LastTry,
  'pin-checking': PinChecking,
  can: Can,
  'can-checking': CanChecking,
  'card-expiry': CardExpiry,
  recognised: Recognised,
}
