import type { z } from 'zod'
import type { service } from '../../contract/journeys/lists.ts'
import { type AnswersIn, press } from './answers.ts'

export const visura: AnswersIn<'visura', { service: z.infer<typeof service> | null }> = {
  visura({ person }, { service }) {
    if (person === null) return null
    return press(service === 'requests' || service === 'accesses' ? `visura.${service}` : 'visura.print')
  },
  // The screen offers the declaration instead.
  'visura-unavailable': () => press('visuraUnavailable.declaration'),
}
