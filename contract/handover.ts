import { z } from 'zod'
import { base64, isoInstant } from './identity.ts'

/**
 * A document on its way from the totem to a telephone. The totem encrypts it by a key of its own, and gives the gateway
 * the ciphertext alone. The link holds the key in its fragment, which no browser sends (RFC 3986 §3.5).
 */

/** 128 random bits, base64url. */
export const handoverId = z.string().regex(/^[\w-]{22}$/)
/** The document's own size: AES-GCM adds 16 bytes to it. */
export const HANDOVER_BYTES = 2 * 1_048_576
/** How long the link works, unless the telephone has had the document before. */
export const HANDOVER_MS = 10 * 60_000
/** How long a person stands there and looks for the telephone. The link lives longer, so that a slow line can end. */
export const HANDOVER_PATIENCE_MS = 3 * 60_000
/** The same telephone may ask again so long after it has had the whole document. */
export const HANDOVER_RETRY_MS = 60_000
/** Links of one totem that wait to be opened. A further one ends the oldest. */
export const HANDOVERS_WAITING = 3

/** Authenticated with the ciphertext: under another id it does not open. The page of the gateway says the same. */
export const handoverAad = (id: string): string => `polis-handover/1 ${id}`

/** `sealed`: AES-256-GCM with its tag at the end. Each key encrypts one document, so that the nonce is twelve zeros. */
export const handoverOffer = z.strictObject({
  id: handoverId,
  sealed: base64.max(Math.ceil((HANDOVER_BYTES + 16) / 3) * 4),
})
/** `page`: the link without its fragment. */
export const handoverGiven = z.strictObject({ page: z.url(), until: isoInstant })
export const handoverQuery = z.strictObject({ id: handoverId })
/**
 * `opened`: a telephone has asked for the document. `taken`: it says that it has the document, whole and decrypted.
 * `contested`: a second telephone has asked too, and neither gets it any more. `gone`: it took too long, or the totem
 * has withdrawn it.
 */
export const handoverState = z.strictObject({ state: z.enum(['waiting', 'opened', 'taken', 'contested', 'gone']) })
export type HandoverState = z.infer<typeof handoverState>['state']
export const handoverWithdrawn = z.strictObject({})

/** `phone`: 128 random bits by which a telephone is the same one when it asks again. */
export const handoverClaim = z.strictObject({ phone: handoverId })
