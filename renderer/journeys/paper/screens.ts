import type { Drawings, ScreensOf } from '../journey.ts'
import { PrintFault, Printing } from './printing.tsx'
import './paper.css'

export const screens: Drawings<ScreensOf<'paper'>> = { printing: Printing, 'print-fault': PrintFault }
