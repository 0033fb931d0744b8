import type { Drawings, ScreensOf } from '../journey.ts'
import { Phone, PhoneEnded } from './phone.tsx'

export const screens: Drawings<ScreensOf<'phone'>> = { phone: Phone, 'phone-ended': PhoneEnded }
