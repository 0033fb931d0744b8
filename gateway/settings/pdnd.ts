import { z } from 'zod'
import { signerIn } from '../anpr/pdnd/signer.ts'
import type { PdndAccess } from '../anpr/pdnd/transport.ts'
import { service } from '../anpr/services.ts'
import { isSafeUrl } from './line.ts'
import { CONFIG, textOf, Unusable } from './unusable.ts'

const https = z.url().refine((text) => isSafeUrl(text) && text.startsWith('https:'), 'https, without name and password')

/** An e-service, as PDND's back office shows it for our purpose. */
const eService = z.strictObject({
  /** Up to its version, without an operation: `https://…/MinInternoPortaANPR-PDND/C030-…/v1`. */
  url: https,
  /**
   * `aud` of evidence and signature. Uncertain: all services were seen with their URL without `-PDND` here, and the bulk
   * services with it (italia/anpr issue 4806).
   */
  audience: z.string().min(1),
  purposeId: z.uuid(),
  /** Proofs of possession (RFC 9449), where the e-service's own OpenAPI asks for them. ANPR works without. */
  dpop: z.boolean().default(false),
})

/** Access to ANPR through PDND: what its back office shows of our client, and the private key whose public half it has. */
export const pdndSettings = z.strictObject({
  tokenUrl: https,
  /** `aud` of client assertions, as the back office writes it. */
  tokenAudience: z
    .string()
    .min(1)
    .refine((text) => !text.includes('://'), 'without https://, as PDND takes it'),
  clientId: z.uuid(),
  /** Null: the thumbprint of the key (RFC 7638), which PDND shows. */
  kid: z
    .string()
    .regex(/^[\w-]{43}$/, '43 characters, a thumbprint of RFC 7638')
    .nullable()
    .default(null),
  /** PEM of the RSA key, for its owner's eyes alone. */
  key: z.string(),
  /** PEM of private authorities, in place of the public ones: UAT's gate has one. Null: the public ones. */
  tokenCa: z.string().nullable().default(null),
  gateCa: z.string().nullable().default(null),
  /**
   * Keeps a voucher for eight minutes, for its one person, machine and e-service. Uncertain: ANPR's service desk said so
   * of C019 (italia/anpr issues 4431 and 4450), and it was doubted for C001: false asks for a voucher with each call.
   */
  keepVouchers: z.boolean().default(true),
  services: z.partialRecord(service, eService),
})

/** Reads the files that the settings name; throws `Unusable`. */
export async function pdndAccess(settings: z.output<typeof pdndSettings>): Promise<PdndAccess> {
  const { tokenUrl, tokenAudience, clientId, kid, key, tokenCa, gateCa, keepVouchers, services } = settings
  const unpurposed = NEEDED.filter((code) => services[code] === undefined)
  if (unpurposed.length > 0)
    throw new Unusable(CONFIG, `anpr.pdnd.services: ${unpurposed.join(', ')} are not there: the gateway asks them all`)
  const ca = async (setting: string, file: string | null) => (file === null ? null : textOf(setting, file))
  return {
    client: { clientId, signer: await signerIn('anpr.pdnd.key', key, kid) },
    token: { url: tokenUrl, audience: tokenAudience, keep: keepVouchers },
    ca: { token: await ca('anpr.pdnd.tokenCa', tokenCa), gate: await ca('anpr.pdnd.gateCa', gateCa) },
    services,
  }
}

/** What a visit needs. */
const NEEDED = ['C007', 'C019', 'C021', 'C029', 'C030', 'ANPR-Certificazione'] as const
