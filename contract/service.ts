import { z } from 'zod'
import { isoInstant, totemId } from './identity.ts'

// Who may work on a totem, as its gateway says it (`GET /v1/service/access`).

export const SERVICE_ACCESS_TYP = 'totem-service-access+jws'

/** SHA-256 of a card's certificate for authentication, in hexadecimal: it names nobody. */
export const cardFingerprint = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * A technician's card, and when it may work on this totem. `number`: the grant's, by which the sync log tells who it was.
 * `revoked`: since when it may no more, whatever the other times say.
 */
export const serviceGrant = z.strictObject({
  number: z.int().min(1),
  card: cardFingerprint,
  from: isoInstant,
  until: isoInstant,
  revoked: isoInstant.nullable(),
})
export type ServiceGrant = z.infer<typeof serviceGrant>

/**
 * The grants of one totem: a compact JWS by the newest of the gateway's `anchor` keys, protected header `typ`
 * "totem-service-access+jws". Those that have ended stay in it for some months: their cards are refused by name.
 */
export const serviceAccess = z.strictObject({
  totem: totemId,
  issued: isoInstant,
  grants: z.array(serviceGrant).max(2_000),
})
export type ServiceAccess = z.infer<typeof serviceAccess>

export const serviceAccessAnswer = z.strictObject({ access: z.string().max(800_000) })
