import type { Drawings, ScreensOf } from '../journey.ts'
import { Menu } from './menu.tsx'

export const screens: Drawings<ScreensOf<'menu'>> = { menu: Menu }
