import { type Context, cardToTake } from './chart.ts'
import type { Visit } from './visit.ts'

/** A document is ready, and the gateway can hand it to the person's telephone. */
export const phoneOffered = ({ holder: { entered }, paper: { issued, written, writing } }: Visit): boolean =>
  (entered?.ways ?? []).includes('phone') && (issued.length > 0 || written !== null || writing !== null)

/** The document that is out on paper can go to the telephone too. Of several the totem has the last one only. */
export function phoneToo(context: Context): boolean {
  const { certificate, end } = context.visit
  return end.outcome === 'printed' && certificate.delivered <= 1 && phoneOffered(context.visit) && cardToTake(context)
}

/** The person has chosen the telephone, or there is no printer here; nothing of the document is out on paper yet. */
export const phoneFirst = ({ visit, printer }: Context): boolean =>
  phoneOffered(visit) && visit.paper.fromPage === 1 && (visit.paper.way === 'phone' || printer === 'absent')
