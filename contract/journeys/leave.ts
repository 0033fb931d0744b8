import { z } from 'zod'
import { refusal } from '../refusal.ts'
import { elsewhere, takenHome } from './lists.ts'

/** How a visit ends: something came of it, or the person was turned away. */

export const screens = [
  z.strictObject({
    screen: z.literal('done'),
    outcome: z.enum(['printed', 'phone', 'email', 'domicilio', 'queued', 'kept', 'nothing']),
    /** The paper that `outcome` is about. */
    document: takenHome,
    /** A slip about the recorded request lies in the slot. */
    slip: z.boolean(),
    /** The certificate of a recorded request has come while the person stands here. */
    arrived: z.boolean(),
    /** The receipt of a certificate that is out can be printed, for whoever wants it. */
    receipt: z.boolean(),
    /** A marca da bollo is still to be put on the certificate. */
    mark: z.boolean(),
    /** How the paper's document can go home too. */
    ways: z.array(elsewhere),
    cardPresent: z.boolean(),
  }),
  z.strictObject({
    screen: z.literal('refused'),
    reason: refusal,
    anpr: z.string().nullable(),
    card: z.enum(['cns', 'cie']).nullable(),
    /** When the card expired or becomes valid, where that is the reason. */
    date: z.iso.date().nullable(),
    cardPresent: z.boolean(),
  }),
  z.strictObject({ screen: z.literal('goodbye'), cardPresent: z.boolean() }),
] as const

export const steps = { done: null, refused: null, goodbye: null } as const

export const answers = [
  /** Ask for something else in the same visit. */
  z.strictObject({ type: z.literal('another') }),
  /** Print the certificate that has come meanwhile. */
  z.strictObject({ type: z.literal('printNow') }),
  /** Print the receipt too. */
  z.strictObject({ type: z.literal('printReceipt') }),
  /** To the screen before; possible in many journeys. */
  z.strictObject({ type: z.literal('back') }),
  /** End the visit now; possible almost everywhere. */
  z.strictObject({ type: z.literal('leave') }),
] as const
