import type { z } from 'zod'
import type { service } from '../../contract/journeys/lists.ts'
import { type AnswersIn, press, takesCard } from './answers.ts'

export interface MenuWish {
  /** Null: the person wants nothing more, takes the card and goes. */
  service: z.infer<typeof service> | null
}
export const usual: MenuWish = { service: 'certificate' }

/** What a person comes to by their own data. */
const isBehindOwnData = (service: string): service is 'family' | 'requests' | 'accesses' =>
  ['family', 'requests', 'accesses'].includes(service)

export const menu: AnswersIn<'menu', MenuWish> = {
  menu: (_seen, { service }) => {
    if (service === null) return takesCard()
    // These lie behind one's own data.
    return press(isBehindOwnData(service) ? 'menu.visura' : `menu.${service}`)
  },
}
