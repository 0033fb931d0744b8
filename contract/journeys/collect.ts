import { z } from 'zod'
import { sheetTypes } from '../catalogue.ts'
import { isoInstant, operationId, personName } from '../identity.ts'

/** Certificates that an earlier visit left to be collected. */

export const screens = [
  z.strictObject({
    screen: z.literal('collect'),
    holder: personName,
    waiting: z.array(z.strictObject({ operation: operationId, types: sheetTypes, requestedAt: isoInstant })).min(1),
  }),
] as const

export const steps = { collect: null } as const

export const answers = [
  z.strictObject({ type: z.literal('collect') }),
  /** Go on to a new request and leave what waits where it is. */
  z.strictObject({ type: z.literal('collectLater') }),
] as const
