import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'
import { holder } from '../sample-people.ts'

const declaration = (
  party: ScreenOf<'declaration'>['for'],
  shown: Pick<ScreenOf<'declaration'>, 'types'> & Partial<ScreenOf<'declaration'>>,
): ScreenOf<'declaration'> => ({
  ...{ screen: 'declaration', for: party, declarant: holder, forAnother: false, attoNotorio: party !== 'privateParty' },
  ...shown,
})

export const samples: SamplesOf<'declaration'> = {
  declaration: {
    canGoBack: true,
    shown: {
      'declaration-public-body': declaration('publicBody', { types: ['8'] }),
      'declaration-public-body-another': declaration('publicBody', { types: ['12'], forAnother: true }),
      'declaration-public-body-nothing': declaration('publicBody', { types: [], forAnother: true }),
      'declaration-private-party': declaration('privateParty', { types: ['8', '12'] }),
      'declaration-private-party-another': declaration('privateParty', { types: [], forAnother: true }),
    },
    withoutSteps: { 'declaration-anybody': declaration('anybody', { types: [] }) },
  },
}
