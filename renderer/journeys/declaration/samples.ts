import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'

type Shown = ScreenOf<'declaration'>

const themes = (...facts: Shown['themes'][number]['ticked']): Shown['themes'] => [
  { theme: 'home', ticked: facts.filter((fact) => fact === 'b' || fact === 'f') },
  { theme: 'person', ticked: facts.filter((fact) => ['a', 'c', 'g', 'q'].includes(fact)) },
  { theme: 'ties', ticked: facts.filter((fact) => ['e', 'h-birth', 'h-death', 'dd'].includes(fact)) },
]
const declaration = (party: Shown['for'], shown: Partial<Shown> = {}): Shown => ({
  ...{ screen: 'declaration', for: party, attoNotorio: party !== 'privateParty', themes: themes('b', 'f') },
  ...{ asking: false, byHand: false, forAnother: false, nonEu: false },
  ...shown,
})

export const samples: SamplesOf<'declaration'> = {
  declaration: {
    canGoBack: true,
    shown: {
      'declaration-public-body': declaration('publicBody', { themes: themes('b') }),
      'declaration-public-body-another': declaration('publicBody', { themes: themes('f'), forAnother: true }),
      'declaration-public-body-nothing': declaration('publicBody', { themes: themes(), forAnother: true }),
      'declaration-private-party': declaration('privateParty', { themes: themes('b', 'f', 'c', 'e') }),
      'declaration-private-party-another': declaration('privateParty', { themes: themes(), forAnother: true }),
    },
    withoutSteps: {
      'declaration-asked-for': declaration('publicBody'),
      'declaration-asking': declaration('publicBody', { themes: themes(), asking: true, byHand: true }),
      'declaration-by-hand': declaration('publicBody', { byHand: true }),
      'declaration-non-eu': declaration('publicBody', { nonEu: true }),
    },
  },
  'declared-facts': {
    canGoBack: true,
    shown: {
      'declared-facts-ties': {
        screen: 'declared-facts',
        theme: 'ties',
        facts: ['e', 'h-birth', 'h-death', 'dd'],
        ticked: ['e', 'dd'],
      },
    },
    withoutSteps: {
      'declared-facts-person': {
        screen: 'declared-facts',
        theme: 'person',
        facts: ['a', 'c', 'g', 'q'],
        ticked: ['a', 'b'],
      },
      'declared-facts-home': { screen: 'declared-facts', theme: 'home', facts: ['b', 'f'], ticked: ['b', 'f'] },
    },
  },
}
