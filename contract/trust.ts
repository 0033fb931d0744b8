import { z } from 'zod'
import { base64 } from './identity.ts'
import { endsInTime, listHead } from './signed-list.ts'

/**
 * Roles of the issuers that vouch for a card. `cns` and `cie`: issuers of authentication certificates (Italian TSL,
 * services of type IdV); `sod`: signers of a CIE's EF.SOD; `csca`: Country Signing CA of its travel document.
 */
export const authorityRole = z.enum(['cns', 'cie', 'sod', 'csca'])
export type AuthorityRole = z.infer<typeof authorityRole>

export const TRUST_LIST_TYP = 'totem-trust+jws'

/**
 * Payload of a trust list: a compact JWS, ES256, protected header `typ` "totem-trust+jws". `anchor` false: an
 * intermediate CA, which counts only where its chain ends in an anchor of the same role.
 */
export const trustList = z
  .strictObject({
    ...listHead,
    authorities: z
      .array(z.strictObject({ role: authorityRole, anchor: z.boolean(), certificate: base64 }))
      .min(1)
      .max(500),
  })
  .refine(endsInTime, 'nextUpdate')
export type TrustList = z.infer<typeof trustList>

/** `whenUnknown`: the verdict on a card whose issuer has no CRL at hand of at most `maxAgeHours`. */
export const revocationPolicy = z.strictObject({
  maxAgeHours: z.number().positive(),
  whenUnknown: z.enum(['refuse', 'accept']),
})
export type RevocationPolicy = z.infer<typeof revocationPolicy>

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)

/** `GET /v1/trust`: the list, and the CRLs that the gateway holds; each is at `/v1/trust/crls/<sha256>` (DER). */
export const trustBundle = z.strictObject({
  list: z.string().max(2_000_000),
  crls: z.array(z.strictObject({ sha256: sha256Hex, bytes: z.number().int().positive() })).max(500),
})
export type TrustBundle = z.infer<typeof trustBundle>
