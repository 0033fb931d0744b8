import { z } from 'zod'
import { deskId } from '../caller.ts'
import { count, isoInstant, operationId, totemId } from '../identity.ts'

/**
 * `dead`: given up until somebody redrives it. `undelivered`: settled, and no totem has its outcome on its disk yet. `open`:
 * all of them, and what waits.
 */
export const operationStates = ['open', 'dead', 'pending', 'undelivered'] as const
export const operationsQuery = z.strictObject({ state: z.enum(operationStates).optional(), totem: totemId.optional() })

/** What was asked in a citizen's name, without whose: ids by which ANPR's and GovWay's desks find it. Oldest first. */
export const consoleOperations = z.strictObject({
  operations: z.array(
    z.strictObject({
      operation: operationId,
      totem: z.union([totemId, deskId]),
      state: z.enum(['pending', 'dead', 'issued', 'refused']),
      refusal: z.string().nullable(),
      /** ANPR's own code of the refusal. */
      anprCode: z.string().nullable(),
      anprId: z.string(),
      gateTransaction: z.string().nullable(),
      receivedAt: isoInstant,
      settledAt: isoInstant.nullable(),
    }),
  ),
  counts: z.strictObject({ pending: count, dead: count, undelivered: count }),
  at: isoInstant,
})
export const operationsRedriven = z.strictObject({ redriven: count })
