import type { Drawings, ScreensOf } from '../journey.ts'
import { Declaration } from './declaration.tsx'

export const screens: Drawings<ScreensOf<'declaration'>> = { declaration: Declaration }
