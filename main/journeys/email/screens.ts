import { suggestedDomain } from '../../../contract/email-address.ts'
import { canPrint, type Shows } from '../../visit/chart.ts'
import { printingScreen } from '../../visit/printing.ts'
import { paperInstead, waysOffered } from '../../visit/taking-home.ts'
import { required } from '../../visit/visit.ts'
import type { states } from './states.ts'

export const screens: Shows<typeof states> = {
  emailAddress: ({ visit: { email } }) => ({ screen: 'email-address', typed: email.typed, fault: email.fault }),
  emailConfirm({ visit: { email } }) {
    const address = required(email.address, 'address')
    return { screen: 'email-confirm', ...address, meant: suggestedDomain(address) }
  },
  emailSending: () => ({ screen: 'email-sending' }),
  emailSent({ visit: { email }, printer }) {
    const { code, handedOver } = required(email.sent, 'letter')
    return { screen: 'email-sent', code, handedOver, canPrint: canPrint(printer) }
  },
  emailEnded: (context) => ({
    screen: 'email-ended',
    canPrint: paperInstead(context),
    ways: waysOffered(context.visit, 'email'),
  }),
  printingCode: (context, { inner }) => printingScreen('code', context, inner),
}
