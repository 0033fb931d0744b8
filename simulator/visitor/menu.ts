import type { z } from 'zod'
import type { service } from '../../contract/journeys/lists.ts'
import { type AnswersIn, press, takesCard } from './answers.ts'

export interface MenuWish {
  /** Null: the person wants nothing more, takes the card and goes. */
  service: z.infer<typeof service> | null
}
export const usual: MenuWish = { service: 'certificate' }

export const menu: AnswersIn<'menu', MenuWish> = {
  menu: (_seen, { service }) => {
    if (service === null) return takesCard()
    // These lie behind one's own data.
    return press(service === 'requests' || service === 'accesses' ? 'menu.visura' : `menu.${service}`)
  },
}
