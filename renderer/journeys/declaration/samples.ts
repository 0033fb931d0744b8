import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'

const declaration = (
  party: ScreenOf<'declaration'>['for'],
  shown: Pick<ScreenOf<'declaration'>, 'declares'> & Partial<ScreenOf<'declaration'>>,
): ScreenOf<'declaration'> => ({
  ...{ screen: 'declaration', for: party, forAnother: false, attoNotorio: party !== 'privateParty' },
  ...shown,
})

export const samples: SamplesOf<'declaration'> = {
  declaration: {
    canGoBack: true,
    shown: {
      'declaration-public-body': declaration('publicBody', { declares: ['b'] }),
      'declaration-public-body-another': declaration('publicBody', { declares: ['f'], forAnother: true }),
      'declaration-public-body-nothing': declaration('publicBody', { declares: [], forAnother: true }),
      'declaration-private-party': declaration('privateParty', { declares: ['b', 'f'] }),
      'declaration-private-party-another': declaration('privateParty', { declares: [], forAnother: true }),
    },
    withoutSteps: { 'declaration-asked-for': declaration('publicBody', { declares: [] }) },
  },
}
