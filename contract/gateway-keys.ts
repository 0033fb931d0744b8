import { z } from 'zod'
import { isoInstant } from './identity.ts'
import { endsInTime, listHead } from './signed-list.ts'

export const GATEWAY_KEYS_TYP = 'totem-gateway-keys+jws'

const coordinate = z.base64url().length(43)
const publicKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1).max(64),
  x: coordinate,
  y: coordinate,
})

/**
 * Payload of the list of the gateway's public keys: a compact JWS, ES256, protected header `typ`
 * "totem-gateway-keys+jws", signed by the signer of trust lists. `sealing`: a totem seals to the key that began last and has begun, by the gateway's time. The gateway opens requests sealed to any
 * of them, and keeps each key 60 days past the beginning of its successor, because a request may wait 30 days on a
 * totem without a line. `anchor`: keys that sign the anchors of sync logs (contract/journal.ts); they are never taken
 * off the list. `command`: keys that sign commands to totems (contract/command.ts) and nothing else; without one there are none.
 * A totem that does not know the field refuses the list: it comes once each totem does.
 */
export const gatewayKeys = z
  .strictObject({
    ...listHead,
    sealing: z
      .array(z.strictObject({ from: isoInstant, key: publicKey }))
      .min(1)
      .max(20),
    anchor: z.array(publicKey).min(1).max(50),
    command: z.array(publicKey).min(1).max(20).exactOptional(),
  })
  .refine(endsInTime, 'nextUpdate')
export type GatewayKeys = z.infer<typeof gatewayKeys>

/** `GET /v1/outcome-key`: the public key of the asking totem to which the gateway seals its outcomes. */
export const outcomeKeyAnswer = z.strictObject({ key: publicKey.omit({ kty: true, crv: true }) })
export type OutcomeKeyHeld = z.infer<typeof outcomeKeyAnswer>['key']

/** `GET /v1/keys`. */
export const gatewayKeysAnswer = z.strictObject({ list: z.string().max(100_000) })
