import { type Context, canPrint, cardToTake, chart, forbidden, set, tell } from '../../visit/chart.ts'
import { fromFirstPage } from '../../visit/printing.ts'
import { besidePaper } from '../../visit/taking-home.ts'

/** The visit ends with its outcome. */
const settled = {
  target: 'goodbye',
  actions: {
    type: 'set' as const,
    params: ({ context: { visit } }: { context: Context }) => ({ end: { how: visit.end.outcome } }),
  },
}
const turnedAway = { target: 'goodbye', actions: set({ end: { how: 'refused' } }) }
/** The next person's card, or the same one for another try: the visit that it begins is a new one. */
const next = <Target extends { actions: unknown }>(end: Target) => ({ ...end, target: '#attract' })
const pulled = ({ visit }: Context) => visit.end.refused?.reason === 'card-removed'
const readerGone = ({ visit }: Context) => visit.end.refused?.reason === 'reader-unavailable'
/** A card that was pulled, or lost with its reader, before it proved whose it is may be put back. */
const putBack = {
  guard: ({ context }: { context: Context }) =>
    (pulled(context) || readerGone(context)) && !context.visit.holder.recognised,
  target: 'reading',
  actions: set({ end: { refused: null } }),
}

/** The person is asked whether they want the receipt too. */
export const receiptOffered = (context: Context): boolean =>
  context.visit.certificate.receipts.length > 0 && canPrint(context.printer) && cardToTake(context)

export const states = {
  done: chart.createStateConfig({
    id: 'done',
    tags: ['withoutCard'],
    // The card may have been taken while the paper came out.
    entry: 'forgetPerson',
    on: {
      another: { guard: 'personHere', target: 'menu', actions: 'beginAgain' },
      ...besidePaper,
      printReceipt: {
        guard: ({ context }) => receiptOffered(context),
        target: '#printingReceipt',
        actions: {
          type: 'set',
          // Certificates that wait stay where they are.
          params: ({ context: { visit } }) => ({
            paper: { ...fromFirstPage, issued: visit.paper.issued.slice(0, 1) },
            certificate: { receipts: visit.certificate.receipts.map((receipt) => ({ ...receipt, wanted: true })) },
          }),
        },
      },
      printNow: { guard: 'certificateHere', target: 'fetching' },
      leave: settled,
      timeout: settled,
      // The screen asks for the card, and what it says is still to be read without it.
      'card.removed': { actions: 'forgetPerson' },
      'card.present': next(settled),
      'reader.gone': forbidden,
    },
  }),
  refused: chart.createStateConfig({
    id: 'refused',
    tags: ['withoutCard'],
    entry: [
      tell(({ frame, end }, services) => {
        if (end.refused) services.journal.refused(frame, end.refused)
      }),
      'forgetPerson',
    ],
    on: {
      leave: turnedAway,
      timeout: turnedAway,
      // The explanation stays: a person takes the card before they have read it.
      'card.removed': { actions: 'forgetPerson' },
      'card.present': [putBack, next(turnedAway)],
      'card.back': putBack,
      'reader.gone': forbidden,
    },
  }),
  // The totem asks the person to take the card. Without a card it is free for the next person after a moment.
  goodbye: chart.createStateConfig({
    id: 'goodbye',
    initial: 'start',
    tags: ['busy', 'withoutCard'],
    on: { leave: forbidden, 'reader.gone': forbidden },
    states: {
      start: { always: [{ guard: 'cardToTake', target: 'card' }, { target: 'over' }] },
      card: {
        on: { 'card.removed': 'over', 'card.lost': 'over', 'reader.gone': 'over' },
        after: { forgottenCard: '#attract' },
      },
      over: { after: { goodbye: '#attract' } },
    },
  }),
}
