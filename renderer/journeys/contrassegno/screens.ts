import type { Drawings, ScreensOf } from '../journey.ts'
import { PrivateParty } from './private-party.tsx'
import { TypeDate, TypeNumber } from './type-mark.tsx'

export const screens: Drawings<ScreensOf<'contrassegno'>> = {
  'private-party': PrivateParty,
  contrassegno: TypeNumber,
  'contrassegno-date': TypeDate,
}
