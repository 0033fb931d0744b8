import { masked } from '../../../contract/domicile.ts'
import type { Shows } from '../../visit/chart.ts'
import { paperInstead, waysOffered } from '../../visit/taking-home.ts'
import type { states } from './states.ts'

export const screens: Shows<typeof states> = {
  domicilioAsking: () => ({ screen: 'domicilio-asking' }),
  domicilioConfirm: (context) => ({
    screen: 'domicilio',
    canPrint: paperInstead(context),
    domiciles: context.visit.domicilio.known.map(({ address, profession }) => ({
      address: masked(address),
      profession,
    })),
  }),
  domicilioSending: () => ({ screen: 'domicilio-sending' }),
  domicilioEnded: (context) => ({
    screen: 'domicilio-ended',
    why: context.visit.domicilio.why,
    canPrint: paperInstead(context),
    ways: waysOffered(context.visit, 'domicilio'),
  }),
}
