import { z } from 'zod'
import { personName } from '../identity.ts'
import { closed } from '../offers.ts'

/** A card and its PIN prove who the person is. The PIN itself is no answer: it goes by `enterPin` (contract/ipc.ts). */

const card = z.enum(['cns', 'cie'])

export const screens = [
  z.strictObject({ screen: z.literal('card'), closed: closed.nullable() }),
  z.strictObject({ screen: z.literal('card-reading') }),
  /**
   * `triesLeft` null: not known (no try was wrong yet). `pinPad`: typed on the reader's own keypad (`usePinPad`).
   * `expiry`: a CIE whose holder may see by its CAN when it expires (`askExpiry`).
   */
  z.strictObject({
    screen: z.literal('pin'),
    card,
    pinPad: z.boolean(),
    triesLeft: z.number().nullable(),
    wrong: z.boolean(),
    expiry: z.boolean(),
  }),
  /** One try is left: the card would be blocked after it. Only an explicit yes goes on. */
  z.strictObject({ screen: z.literal('last-try') }),
  /** `pinPad`: the reader waits for the PIN on its keypad. */
  z.strictObject({ screen: z.literal('pin-checking'), card, pinPad: z.boolean() }),
  /** The six digits on the front of a CIE. */
  z.strictObject({ screen: z.literal('can'), wrong: z.boolean() }),
  z.strictObject({ screen: z.literal('can-checking') }),
  /**
   * Facts that a CIE tells anybody who holds it. They prove no identity, so no request can start from here. `holder` null:
   * the card was taken, and what is still to be read names nobody.
   */
  z.strictObject({
    screen: z.literal('card-expiry'),
    holder: personName.nullable(),
    expires: z.iso.date(),
    expired: z.boolean(),
  }),
  /** The card has proved who this is; the gateway is being asked for the family sheet. */
  z.strictObject({ screen: z.literal('recognised'), holder: personName }),
] as const

export const steps = {
  card: 'card',
  'card-reading': 'card',
  pin: 'card',
  'last-try': 'card',
  'pin-checking': 'card',
  can: null,
  'can-checking': null,
  'card-expiry': null,
  recognised: 'card',
} as const

export const answers = [
  /** Have the reader ask for the PIN on its own keypad. */
  z.strictObject({ type: z.literal('usePinPad') }),
  z.strictObject({ type: z.literal('acceptLastTry') }),
  /** From the PIN: see by the CAN when this CIE expires. */
  z.strictObject({ type: z.literal('askExpiry') }),
  z.strictObject({ type: z.literal('enterCan'), can: z.string().regex(/^\d{6}$/) }),
] as const
