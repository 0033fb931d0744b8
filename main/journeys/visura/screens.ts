import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { Shows } from '../../visit/chart.ts'
import { required } from '../../visit/visit.ts'
import type { states } from './states.ts'

export const screens: Shows<typeof states> = {
  visura: ({ visit }, { inner }) => {
    if (inner === 'unavailable') return { screen: 'visura-unavailable' }
    return {
      screen: 'visura',
      person: inner === 'shown' ? masked(required(visit.holder.registered, 'visura').person) : null,
    }
  },
}

/** Shows enough of the codice fiscale for holders to recognise their own. */
function masked(person: NonNullable<ScreenOf<'visura'>['person']>): ScreenOf<'visura'>['person'] {
  const { codiceFiscale } = person
  return {
    ...person,
    codiceFiscale: `${codiceFiscale.slice(0, 3)}${'•'.repeat(codiceFiscale.length - 5)}${codiceFiscale.slice(-2)}`,
  }
}
