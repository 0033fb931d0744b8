import type { Drawings, ScreensOf } from '../journey.ts'
import { Done, Goodbye, Refused } from './ending.tsx'

export const screens: Drawings<ScreensOf<'leave'>> = { done: Done, refused: Refused, goodbye: Goodbye }
