import type { Drawings, ScreensOf } from '../journey.ts'
import { ChooseFacts, Declaration } from './declaration.tsx'

export const screens: Drawings<ScreensOf<'declaration'>> = { declaration: Declaration, 'declared-facts': ChooseFacts }
