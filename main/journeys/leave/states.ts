import { type Context, chart, forbidden, set, tell } from '../../visit/chart.ts'

/** The visit ends with its outcome. */
const settled = {
  target: 'goodbye',
  actions: {
    type: 'set' as const,
    params: ({ context: { visit } }: { context: Context }) => ({ end: { how: visit.end.outcome } }),
  },
}
const turnedAway = { target: 'goodbye', actions: set({ end: { how: 'refused' } }) }
const pulled = ({ visit }: Context) => visit.end.refused?.reason === 'card-removed'
const readerGone = ({ visit }: Context) => visit.end.refused?.reason === 'reader-unavailable'
/** A card that was pulled, or lost with its reader, before it proved whose it is may be put back. */
const putBack = {
  guard: ({ context }: { context: Context }) =>
    (pulled(context) || readerGone(context)) && !context.visit.holder.recognised,
  target: 'reading',
  actions: set({ end: { refused: null } }),
}

export const states = {
  done: chart.createStateConfig({
    id: 'done',
    tags: ['withoutCard'],
    on: {
      another: { guard: 'holdsCard', target: 'menu', actions: 'beginAgain' },
      leave: settled,
      timeout: settled,
      'card.removed': settled,
      // The next person is here already.
      'card.present': settled,
      'reader.gone': forbidden,
    },
  }),
  refused: chart.createStateConfig({
    id: 'refused',
    tags: ['withoutCard'],
    entry: tell(({ frame, end }, services) => {
      if (end.refused) services.journal.refused(frame, end.refused.reason)
    }),
    on: {
      leave: turnedAway,
      timeout: turnedAway,
      // The failed task reports the pull first, the slot a moment later, and the explanation must stay.
      'card.removed': { guard: ({ context }) => !pulled(context), ...turnedAway },
      'card.present': putBack,
      'card.back': putBack,
      'reader.gone': forbidden,
    },
  }),
  // The totem asks the person to take the card. Without a card it is free for the next person after a moment.
  goodbye: chart.createStateConfig({
    id: 'goodbye',
    initial: 'start',
    tags: ['busy', 'withoutCard'],
    on: { leave: '#attract', timeout: '#attract', start: '#attract', 'reader.gone': forbidden },
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
