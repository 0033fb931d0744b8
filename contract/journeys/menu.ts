import { z } from 'zod'
import { partialDate } from '../document.ts'
import { isoInstant, operationId, personName } from '../identity.ts'
import { service } from './lists.ts'

/** The first question to a recognised person: who is it for? That decides between declaration and certificate. */

export const screens = [
  /**
   * `lineBack`: the visit began without the line, which has come back since. `waiting`: certificates that are ready to
   * be collected. `payments`: notices of pagoPA that wait, or whose money goes back. `pending`: requests of earlier visits on their way. `notices`: requests of earlier visits that nothing came of, and of which their holder has not been told.
   */
  z.strictObject({
    screen: z.literal('menu'),
    holder: personName,
    online: z.boolean(),
    lineBack: z.boolean(),
    waiting: z.number().int(),
    payments: z.number().int(),
    pending: z.number().int(),
    /** Documents that went by mail and came back, of which their holder has not been told. */
    returned: z.number().int(),
    notices: z.array(
      z.strictObject({
        operation: operationId,
        became: z.enum(['refused', 'expired', 'aside']),
        requestedAt: isoInstant,
      }),
    ),
    /** The holder's identity card ends, has ended or is void: ANPR may refuse certificates (EN286). */
    card: z
      .strictObject({
        state: z.enum(['expiring', 'expired', 'paper', 'cancelled']),
        date: partialDate.nullable(),
      })
      .nullable(),
  }),
] as const

export const steps = { menu: null } as const

export const answers = [z.strictObject({ type: z.literal('chooseService'), service })] as const
