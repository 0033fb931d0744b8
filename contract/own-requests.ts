import { z } from 'zod'
import { certificateType, purpose, sheetTypes } from './catalogue.ts'
import { refusalKind } from './gateway.ts'
import { isoInstant, operationId } from './identity.ts'

/**
 * What the gateway knows about the holder of a session, whichever totem it was at.
 *   GET /v1/sessions/current/requests   (Bearer) → ownRequests
 *   POST /v1/operations/withdraw        (Bearer) withdrawalRequest → withdrawal
 *   GET /v1/sessions/current/accesses?counter=   (Bearer) → ownAccessesTold
 */

/** The machine that asked, and the office where it stands; null where the gateway's operator has named none. */
const place = { machine: z.string(), office: z.string().nullable() }

/**
 * What the holder has asked for within a year, newest first. `issued`: the certificate is on its totem, or was collected
 * there; only that totem knows which. `refusal`: why, for `refused`. `types` null: an earlier version took it in.
 */
export const ownRequests = z.strictObject({
  requests: z.array(
    z.strictObject({
      ...place,
      operation: operationId,
      types: sheetTypes.nullable(),
      receivedAt: isoInstant,
      state: z.enum(['pending', 'issued', 'refused']),
      refusal: refusalKind.nullable(),
    }),
  ),
})
export type OwnRequests = z.infer<typeof ownRequests>

/** Of a request that this totem has brought; who asks again hears the same. */
export const withdrawalRequest = z.strictObject({ operation: operationId })
/**
 * `withdrawn`: ANPR was not asked to issue, and never will be. `too-late`: it was asked, or a payment was made for it.
 * `unknown`: the gateway has no such request of this person at this totem.
 */
export const withdrawal = z.strictObject({ became: z.enum(['withdrawn', 'too-late', 'unknown']) })
export type Withdrawal = z.infer<typeof withdrawal>

/**
 * One visit in which this product looked at the holder. `by`: the holder, somebody of the same family sheet, a person who
 * was turned away, an office that asked about a list, or an operator at a counter in the holder's name or in a relative's.
 * `operator`: that operator's number, as it stands on their receipts. `looked`: what they saw; empty for who was turned away.
 * `types`: the certificates. `uses`: for whom, where an operator has asked.
 */
export const ownAccess = z.strictObject({
  ...place,
  at: isoInstant,
  by: z.enum(['self', 'relative', 'stranger', 'office', 'operator', 'operatorRelative']),
  operator: z.string().nullable(),
  looked: z.array(z.enum(['identity', 'family', 'data', 'certificate', 'accesses'])),
  types: z.array(certificateType),
  uses: z.array(purpose),
})
export type OwnAccess = z.infer<typeof ownAccess>
/** The last year's, newest first. `more`: older ones were left out. */
export const ownAccesses = z.strictObject({ accesses: z.array(ownAccess), more: z.boolean() })
export type OwnAccesses = z.infer<typeof ownAccesses>

/**
 * `GET /v1/sessions/current/accesses?counter=1`: the answer tells an operator's looks as such. A totem of an earlier version does
 * not ask, since it takes no answer with a word that it does not know, and hears of an office; a gateway of an earlier version
 * tells neither `operator` nor `uses`.
 */
export const ownAccessesQuery = z.object({ counter: z.literal('1').optional() })
const { operator, uses } = ownAccess.shape
export const ownAccessesTold = ownAccesses.extend({
  accesses: z.array(ownAccess.extend({ operator: operator.exactOptional(), uses: uses.exactOptional() })),
})
export type OwnAccessesTold = z.infer<typeof ownAccessesTold>
