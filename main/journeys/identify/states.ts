import type { CardReadout } from '../../../contract/device.ts'
import { isPinOf } from '../../../contract/pin.ts'
import { type Context, cardToTake, chart, forbidden, holdsCard, pulled, set, working } from '../../visit/chart.ts'
import { refused } from '../../visit/services.ts'
import { secretsForgotten } from '../../visit/visit.ts'
import { enter, possession, read, recognise } from './tasks.ts'

/** With a keypad on the reader no PIN comes from the screen. */
const fits = (pin: Uint8Array, readout: CardReadout | null): boolean =>
  readout !== null && !readout.pinPad && isPinOf(readout.card, pin)

// Before the card has proved who is there, a pulled card is explained and may be put back.
const pulledEarly = {
  target: '#refused',
  actions: set({ ...secretsForgotten, end: { refused: refused('card-removed') } }),
}
/**
 * While the totem talks with the card, neither a touch nor the clock may end the visit. Of a reader that is gone the
 * card's own answer tells, which knows what has become of the PIN.
 */
const undisturbed = { leave: forbidden, timeout: forbidden, 'reader.gone': forbidden }

/** The card was not taken since the expiry is shown. */
const named = ({ visit }: Context) => (visit.identify.possession?.holder ?? null) !== null
/** Once the card is taken the screen names nobody. */
const unnamed = [
  'forgetPerson' as const,
  {
    type: 'set' as const,
    params: ({ context }: { context: Context }) => {
      const { possession } = context.visit.identify
      return holdsCard(context) || !possession ? {} : { identify: { possession: { ...possession, holder: null } } }
    },
  },
]

export const states = {
  card: chart.createStateConfig({
    tags: ['withoutCard'],
    always: { guard: 'cardPresent', target: 'reading' },
    on: { back: 'language' },
  }),
  reading: chart.createStateConfig({
    id: 'reading',
    entry: 'noteCard',
    ...working(read, { pin: 'pin', lastTry: 'lastTry', technician: '#goodbye' }),
    on: undisturbed,
  }),
  pin: chart.createStateConfig({
    always: { guard: 'noCard', ...pulledEarly },
    on: {
      enterPin: {
        guard: ({ context, event }) => fits(event.pin, context.visit.holder.readout),
        target: 'checking',
        actions: { type: 'set', params: ({ event }) => ({ secret: { pin: event.pin } }) },
      },
      usePinPad: { guard: ({ context }) => context.visit.holder.readout?.pinPad === true, target: 'checking' },
      askExpiry: { guard: ({ context }) => context.visit.identify.expiryOffered, target: 'can' },
      'card.removed': pulledEarly,
    },
  }),
  lastTry: chart.createStateConfig({ on: { acceptLastTry: 'pin', 'card.removed': pulledEarly } }),
  checking: chart.createStateConfig({
    entry: 'noteCard',
    ...working(recognise, { recognised: 'recognised', pin: 'pin', lastTry: 'lastTry' }),
    on: undisturbed,
  }),
  // The CAN proves possession and not identity, so no state from here leads to a request.
  can: chart.createStateConfig({
    always: { guard: 'noCard', ...pulledEarly },
    on: {
      enterCan: {
        target: 'canChecking',
        actions: { type: 'set', params: ({ event }) => ({ secret: { can: event.can } }) },
      },
      back: 'pin',
      'card.removed': pulledEarly,
    },
  }),
  canChecking: chart.createStateConfig({
    entry: 'noteCard',
    ...working(possession, { cardExpiry: 'cardExpiry', can: 'can' }),
    on: undisturbed,
  }),
  cardExpiry: chart.createStateConfig({
    initial: 'start',
    tags: ['withoutCard'],
    on: {
      back: { guard: ({ context }) => cardToTake(context) && named(context), target: 'pin' },
      // A person takes the card and then reads.
      'card.removed': { actions: unnamed },
      'card.present': { ...pulled, target: '#attract' },
      'reader.gone': forbidden,
    },
    states: {
      // Nobody is there any more whom it concerns.
      start: { always: [{ guard: 'cardGone', ...pulled }, { target: 'shown' }] },
      shown: {},
    },
    exit: set({ identify: { possession: null } }),
  }),
  recognised: chart.createStateConfig({
    always: { guard: 'cardGone', ...pulled },
    ...working(enter, { collect: 'collect', menu: 'menu' }),
    on: { 'card.removed': pulled, timeout: forbidden },
  }),
}
