import { z } from 'zod'
import { elsewhere } from './lists.ts'

/** A document goes to the person's digital domicile, by PEC: the address is INAD's, and nobody types it. */

export const screens = [
  z.strictObject({ screen: z.literal('domicilio-asking') }),
  /**
   * `address`: masked. `profession`: of a professional's address. More than these are not shown: nobody chooses among
   * more.
   */
  z.strictObject({
    screen: z.literal('domicilio'),
    domiciles: z
      .array(z.strictObject({ address: z.string(), profession: z.string().nullable() }))
      .min(1)
      .max(4),
    canPrint: z.boolean(),
  }),
  z.strictObject({ screen: z.literal('domicilio-sending') }),
  /** `none`: the person has no digital domicile. `refused`: its server does not take the mail. */
  z.strictObject({
    screen: z.literal('domicilio-ended'),
    why: z.enum(['none', 'refused', 'unavailable']),
    canPrint: z.boolean(),
    ways: z.array(elsewhere),
  }),
] as const

export const steps = {
  'domicilio-asking': 'paper',
  domicilio: 'paper',
  'domicilio-sending': 'paper',
  'domicilio-ended': 'paper',
} as const

export const answers = [
  /** Possible where a document is ready. */
  z.strictObject({ type: z.literal('takeToDomicile') }),

  z.strictObject({ type: z.literal('sendToDomicile'), index: z.number().int().min(0).max(3) }),
] as const
