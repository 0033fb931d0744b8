import type { Drawings, ScreensOf } from '../journey.ts'
import { Visura, VisuraUnavailable } from './visura.tsx'
import './visura.css'

export const screens: Drawings<ScreensOf<'visura'>> = { visura: Visura, 'visura-unavailable': VisuraUnavailable }
