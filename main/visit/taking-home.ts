import { type Elsewhere, elsewhere } from '../../contract/journeys/lists.ts'
import { type Context, canPrint, cardToTake } from './chart.ts'
import type { Change, Visit } from './visit.ts'

// How a document that is ready goes home besides on paper. Journeys that make one do nothing for it.

type At = { context: Context }

/** A document is ready, and the gateway can bring it to the person this way. */
const offered = (way: Elsewhere, { holder: { entered }, paper: { issued, written, writing } }: Visit): boolean =>
  (entered?.ways ?? []).includes(way) && (issued.length > 0 || written !== null || writing !== null)

/** The ways that can take it, without the one that has failed. */
export const waysOffered = (visit: Visit, failed?: Elsewhere): Elsewhere[] =>
  elsewhere.options.filter((way) => way !== failed && offered(way, visit))

/** The document that is out on paper can go this way too. Of several the totem has the last one only. */
function offeredToo(way: Elsewhere, context: Context): boolean {
  const { certificate, end } = context.visit
  return end.outcome === 'printed' && certificate.delivered <= 1 && offered(way, context.visit) && cardToTake(context)
}

const notBegun = ({ visit: { paper } }: Context) => paper.fromPage === 1
/** Before anything is out on paper: the way that the person has chosen, or the telephone where there is no printer. */
export const beforePaper = [
  {
    guard: ({ context }: At) =>
      notBegun(context) && context.visit.paper.way === 'email' && offered('email', context.visit),
    target: '#email',
  },
  {
    guard: ({ context }: At) =>
      notBegun(context) && context.visit.paper.way === 'domicilio' && offered('domicilio', context.visit),
    target: '#domicilio',
  },
  {
    guard: ({ context }: At) =>
      notBegun(context) &&
      (context.visit.paper.way === 'phone' || context.printer === 'absent') &&
      offered('phone', context.visit),
    target: '#phone',
  },
]
/** After a fault of the printer. */
export const inPlaceOfPaper = {
  takeOnPhone: { guard: ({ context }: At) => offered('phone', context.visit), target: '#phone' },
  takeByEmail: { guard: ({ context }: At) => offered('email', context.visit), target: '#email' },
  takeToDomicile: { guard: ({ context }: At) => offered('domicilio', context.visit), target: '#domicilio' },
}
const out = { type: 'set' as const, params: { paper: { out: true } } satisfies Change }
/** Beside the paper that is out. */
export const besidePaper = {
  takeOnPhone: { guard: ({ context }: At) => offeredToo('phone', context), target: '#phone', actions: out },
  takeByEmail: { guard: ({ context }: At) => offeredToo('email', context), target: '#email', actions: out },
  takeToDomicile: { guard: ({ context }: At) => offeredToo('domicilio', context), target: '#domicilio', actions: out },
}
export const waysToo = (context: Context): Elsewhere[] => elsewhere.options.filter((way) => offeredToo(way, context))

/** What is left when it has gone nowhere: the paper, a certificate that waits here, or nothing that is lost. */
export const leftHere = ({ context: { visit } }: At) => {
  const { out, issued } = visit.paper
  return { end: { outcome: out ? 'printed' : issued.length > 0 ? 'kept' : 'nothing' } } as const
}

/** The paper is not out, and can be printed. */
export const paperInstead = ({ visit, printer }: Context) => !visit.paper.out && canPrint(printer)

const onPaper = {
  type: 'set' as const,
  params: { paper: { fromPage: 1, progress: null, fault: null, way: 'paper' } } satisfies Change,
}
/** From another way back to the paper. */
export const printInstead = [
  {
    guard: ({ context }: At) => paperInstead(context) && context.visit.paper.issued.length > 0,
    target: '#printingCertificate',
    actions: onPaper,
  },
  { guard: ({ context }: At) => paperInstead(context), target: '#printingWritten', actions: onPaper },
]
