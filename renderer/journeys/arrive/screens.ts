import type { Drawings, ScreensOf } from '../journey.ts'
import { Attract } from './attract.tsx'
import { ChooseLanguage } from './language.tsx'
import { OutOfService, Starting } from './waits.tsx'
import './arrive.css'

export const screens: Drawings<ScreensOf<'arrive'>> = {
  starting: Starting,
  'out-of-service': OutOfService,
  attract: Attract,
  language: ChooseLanguage,
}
