import { z } from 'zod'
import { isoInstant, operationId, personName } from '../identity.ts'
import { service } from './lists.ts'

/** The services that a recognised person can choose. */

export const screens = [
  /** `notices`: requests of earlier visits that nothing came of, and of which their holder has not been told. */
  z.strictObject({
    screen: z.literal('menu'),
    holder: personName,
    online: z.boolean(),
    notices: z.array(
      z.strictObject({
        operation: operationId,
        became: z.enum(['refused', 'expired', 'aside']),
        requestedAt: isoInstant,
      }),
    ),
  }),
] as const

export const steps = { menu: null } as const

export const answers = [z.strictObject({ type: z.literal('chooseService'), service })] as const
