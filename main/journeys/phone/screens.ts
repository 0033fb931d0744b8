import type { Shows } from '../../visit/chart.ts'
import { paperInstead, waysOffered } from '../../visit/taking-home.ts'
import { required } from '../../visit/visit.ts'
import type { states } from './states.ts'

export const screens: Shows<typeof states> = {
  phone(context) {
    const { phone, paper } = context.visit
    return {
      screen: 'phone',
      document: required(paper.document, 'document'),
      code: phone.handover && { link: phone.handover.link, until: phone.handover.until },
      noPrinter: !paper.out && context.printer === 'absent',
      canPrint: paperInstead(context),
    }
  },
  phoneEnded: (context) => ({
    screen: 'phone-ended',
    document: required(context.visit.paper.document, 'document'),
    why: context.visit.phone.why,
    canPrint: paperInstead(context),
    ways: waysOffered(context.visit, 'phone'),
  }),
}
