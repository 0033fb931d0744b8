import { z } from 'zod'
import { isoInstant, operationId, totemId } from '../identity.ts'
import { openRefund } from '../operators.ts'

/** A payment waits too long: pagoPA has not taken the notice, the money came and buys nothing yet, the notice should be closed and is not. */
const paymentWaits = ['not-opened', 'paid-not-spent', 'not-closed'] as const

/** Money of citizens that somebody must see to, oldest first, without whose it is. */
export const consolePayments = z.strictObject({
  /** What must go back. */
  refunds: z.array(openRefund),
  waiting: z.array(
    z.strictObject({
      payment: operationId,
      notice: z.string(),
      cents: z.number().int(),
      why: z.enum(paymentWaits),
      since: isoInstant,
      totem: totemId.nullable(),
      operation: operationId.nullable(),
    }),
  ),
  at: isoInstant,
})
