import { z } from 'zod'

/**
 * What a totem offers with ANPR behind it. `recognition`: who this is, and their family: all else of ANPR follows from it.
 * `certificates`: a certificate at once. `own-data`: visura, and a declaration that ANPR fills in.
 */
export const offer = z.enum(['recognition', 'certificates', 'own-data'])
export type Offer = z.infer<typeof offer>

/**
 * `POST /v1/heartbeat?closed=1`: the answer says which offers nobody can begin now, for the totem to tell it before a card
 * goes in. A totem of an earlier version does not ask, since it takes no answer with a field that it does not know; a
 * gateway of an earlier version does not tell.
 */
export const offersQuery = z.object({ closed: z.literal('1').optional() })
export const closedOffers = z.array(offer)

/**
 * What ANPR does not do at the moment, as a screen says it before a card goes in: nothing at all, certificates at once, or a person's
 * own data.
 */
export const closed = z.enum(['registry', 'certificates', 'own-data'])
export type Closed = z.infer<typeof closed>
