import { factTheme } from '../../../contract/journeys/declaration.ts'
import type { Shows } from '../../visit/chart.ts'
import { required } from '../../visit/visit.ts'
import { factThemes, isNonEu, offeredFacts } from './facts.ts'
import type { states } from './states.ts'
import { offersAttoNotorio } from './visit.ts'

export const screens: Shows<ReturnType<typeof states>> = {
  declaration({ visit }, { inner }) {
    const { advice, declares, forAnother, theme } = visit.declaration
    if (inner === 'facts') {
      const open = required(theme, 'theme')
      const offered = offeredFacts(visit)
      return {
        screen: 'declared-facts',
        theme: open,
        facts: factThemes[open].filter((fact) => offered.includes(fact)),
        ticked: declares,
      }
    }
    return {
      screen: 'declaration',
      for: advice,
      attoNotorio: offersAttoNotorio(visit),
      themes: factTheme.options.map((one) => ({
        theme: one,
        ticked: factThemes[one].filter((fact) => declares.includes(fact)),
      })),
      asking: inner === 'asking',
      byHand: visit.holder.registered === null,
      forAnother,
      nonEu: isNonEu(visit),
    }
  },
}
