import { z } from 'zod'
import type { Channel } from '../../contract/caller.ts'
import { type Signer, signerIn } from '../anpr/pdnd/signer.ts'
import { signerInToken, type TokenKey } from '../anpr/pdnd/token.ts'
import type { PdndAccess } from '../anpr/pdnd/transport.ts'
import { service } from '../anpr/services.ts'
import { isSafeUrl } from './line.ts'
import { CONFIG, textOf, Unusable } from './unusable.ts'

const safeUrl = z.url().refine(isSafeUrl, 'https without name and password, or http to this machine')

/** An e-service, as PDND's back office shows it for our purpose. */
const eService = z.strictObject({
  /** Up to its version, without an operation: `https://…/MinInternoPortaANPR-PDND/C030-…/v1`. */
  url: safeUrl,
  /**
   * `aud` of evidence and signature. Uncertain: all services were seen with their URL without `-PDND` here, and the bulk
   * services with it (italia/anpr issue 4806).
   */
  audience: z.string().min(1),
  purposeId: z.uuid(),
  /** Proofs of possession (RFC 9449), where the e-service's own OpenAPI asks for them. ANPR works without. */
  dpop: z.boolean().default(false),
})

/**
 * LoA in the evidence, by how people are recognised: at a totem by a card and its PIN, CIE or CNS, at a counter by an
 * operator who sees a document, at a console not at all. The gate takes at most 20 characters, and no URL. Uncertain: LOA3
 * is what clients were seen to send, and nobody has published a value for an operator.
 */
const loa = z
  .string()
  .regex(/^[\w.-]{1,20}$/, 'at most 20 letters and digits')
  .default('LOA3')

const tokenKey: z.ZodType<TokenKey> = z.strictObject({
  ...{ module: z.string(), token: z.string(), label: z.string(), pinFile: z.string() },
})

/** Access to ANPR through PDND: what its back office shows of our client, and the private key whose public half it has. */
export const pdndSettings = z.strictObject({
  tokenUrl: safeUrl,
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
  /**
   * The RSA key: a PEM file for its owner's eyes alone, or a private key by its label in a PKCS#11 token, whose PIN
   * stands in such a file.
   */
  key: z.union([z.string(), tokenKey]),
  /** PEM of private authorities, in place of the public ones: UAT's gate has one. Null: the public ones. */
  tokenCa: z.string().nullable().default(null),
  gateCa: z.string().nullable().default(null),
  /**
   * Keeps a voucher for eight minutes, for its one person, machine and e-service. Uncertain: ANPR's service desk said so
   * of C019 (italia/anpr issues 4431 and 4450), and it was doubted for C001: false asks for a voucher with each call.
   */
  keepVouchers: z.boolean().default(true),
  services: z.partialRecord(service, eService),
  loa: z.strictObject({ totem: loa, counter: loa, console: loa } satisfies Record<Channel, typeof loa>).prefault({}),
})

/** Reads the files that the settings name; throws `Unusable`. */
export async function pdndAccess(settings: z.output<typeof pdndSettings>): Promise<PdndAccess> {
  const { tokenUrl, tokenAudience, clientId, kid, key, tokenCa, gateCa, keepVouchers, services } = settings
  const unpurposed = NEEDED.filter((code) => services[code] === undefined)
  if (unpurposed.length > 0)
    throw new Unusable(CONFIG, `anpr.pdnd.services: ${unpurposed.join(', ')} are not there: the gateway asks them all`)
  const ca = async (setting: string, file: string | null) => (file === null ? null : textOf(setting, file))
  return {
    client: { clientId, signer: await signerOf(key, kid) },
    token: { url: tokenUrl, audience: tokenAudience, keep: keepVouchers },
    ca: { token: await ca('anpr.pdnd.tokenCa', tokenCa), gate: await ca('anpr.pdnd.gateCa', gateCa) },
    services,
  }
}

async function signerOf(key: z.output<typeof pdndSettings>['key'], kid: string | null): Promise<Signer> {
  if (typeof key === 'string') return signerIn('anpr.pdnd.key', key, kid)
  if (kid === null) throw new Unusable(CONFIG, 'anpr.pdnd.kid: a key in a token is named by it: PDND shows it')
  return signerInToken('anpr.pdnd.key', key, kid)
}

/** What a visit needs. */
const NEEDED = ['C007', 'C019', 'C021', 'C029', 'C030', 'ANPR-Certificazione'] as const
