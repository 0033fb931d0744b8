import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { cardToTake, type Shows } from '../../visit/chart.ts'
import { waysToo } from '../../visit/taking-home.ts'
import { required } from '../../visit/visit.ts'
import { receiptOffered, type states } from './states.ts'

/** The certificate is the person's, and its marca da bollo not on it yet. */
const TAKEN: readonly ScreenOf<'done'>['outcome'][] = ['printed', 'phone', 'email', 'domicilio']

export const screens: Shows<typeof states> = {
  done: (context) => {
    const { certificate, end, paper } = context.visit
    return {
      screen: 'done',
      outcome: end.outcome,
      document: required(paper.document, 'document'),
      slip: end.slip,
      arrived: certificate.arrived,
      receipt: receiptOffered(context),
      mark: certificate.marked && TAKEN.includes(end.outcome),
      ways: waysToo(context),
      cardPresent: cardToTake(context),
    }
  },
  refused: ({ visit, card: inserted, lost }) => {
    const { reason, anpr, card, date } = required(visit.end.refused, 'refusal')
    const known = card ?? visit.holder.readout?.card ?? null
    return { screen: 'refused', reason, anpr, card: known, date, cardPresent: inserted !== null && !lost }
  },
  goodbye: (context) => ({ screen: 'goodbye', cardPresent: cardToTake(context) }),
}
