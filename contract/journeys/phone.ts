import { z } from 'zod'
import { isoInstant } from '../identity.ts'
import { elsewhere, takenHome } from './lists.ts'

/** A document goes to the person's telephone: beside paper, or in its place. */

export const screens = [
  /**
   * `link`: what the code says, with the key in its fragment; null while the document is encrypted and left at the
   * gateway. `until`: the totem waits so long. `noPrinter`: this totem cannot print now, so that the telephone takes
   * over. `canPrint`: the paper has not come out yet, and can.
   */
  z.strictObject({
    screen: z.literal('phone'),
    document: takenHome,
    code: z.strictObject({ link: z.url(), until: isoInstant }).nullable(),
    noPrinter: z.boolean(),
    canPrint: z.boolean(),
  }),
  /** Nothing is on the telephone. `contested`: a second one has asked for it too. */
  z.strictObject({
    screen: z.literal('phone-ended'),
    document: takenHome,
    why: z.enum(['over', 'contested', 'unavailable']),
    canPrint: z.boolean(),
    ways: z.array(elsewhere),
  }),
] as const

export const steps = { phone: 'paper', 'phone-ended': 'paper' } as const

export const answers = [
  /** Possible where a document is ready. */
  z.strictObject({ type: z.literal('takeOnPhone') }),
  /** A new code, with a new key. */
  z.strictObject({ type: z.literal('newCode') }),
  z.strictObject({ type: z.literal('printInstead') }),
] as const
