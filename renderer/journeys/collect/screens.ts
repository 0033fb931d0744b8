import type { Drawings, ScreensOf } from '../journey.ts'
import { Collect } from './collect.tsx'

export const screens: Drawings<ScreensOf<'collect'>> = { collect: Collect }
