import type { Answer } from '../../contract/journeys/index.ts'
import { type AnswersIn, press } from './answers.ts'

type Service = Extract<Answer, { type: 'chooseService' }>['service'] | null

export const visura: AnswersIn<'visura', { service: Service }> = {
  visura({ person }, { service }) {
    if (person === null) return null
    const isBehind = service === 'family' || service === 'requests' || service === 'accesses'
    return press(isBehind ? `visura.${service}` : 'visura.print')
  },
  // The screen offers the declaration instead.
  'visura-unavailable': () => press('visuraUnavailable.declaration'),
}
