import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'
import { holder } from '../sample-people.ts'

const family = [
  { name: 'GIUSEPPE', surname: 'ROSSI', born: '1948-02-03', tie: 'family' as const, relation: '1' },
  { ...holder, born: '1951-06-18', tie: 'family' as const, relation: '2' },
  { name: 'ANNA LUCIA', surname: 'ROSSI', born: '1979-11-27', tie: 'family' as const, relation: '3' },
]
const person: NonNullable<ScreenOf<'visura'>['person']> = {
  ...{ source: 'anpr', ...holder, codiceFiscale: 'BNC•••••••••••8X', sex: 'F', born: '1951-06-18' },
  ...{ birthPlace: 'SAN GIOVANNI IN PERSICETO (BO)', citizenships: ['ITALIA'], statoCivile: '2', family },
  residence: { comune: 'SPELLO (PG)', address: 'PIAZZA DELLA REPUBBLICA 4/A' },
}

export const samples: SamplesOf<'visura'> = {
  visura: {
    canGoBack: true,
    shown: {
      'visura-asking': { screen: 'visura', person: null },
      visura: { screen: 'visura', person },
      'visura-little': {
        screen: 'visura',
        person: { ...person, born: null, birthPlace: null, citizenships: null, statoCivile: null, family: null },
      },
    },
  },
  'visura-unavailable': { canGoBack: true, shown: { 'visura-unavailable': { screen: 'visura-unavailable' } } },
}
