import { type AnswersIn, press } from './answers.ts'
import type { MenuWish } from './menu.ts'

export const visura: AnswersIn<'visura', MenuWish> = {
  visura({ person }, { service }) {
    if (person === null) return null
    return press(service === 'requests' || service === 'accesses' ? `visura.${service}` : 'visura.print')
  },
  // The screen offers the declaration instead.
  'visura-unavailable': () => press('visuraUnavailable.declaration'),
}
