import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import { E_SERVICES } from '../e-services.ts'

const state = z.enum(['ACTIVE', 'INACTIVE'])
/** The Ministry's, and those of others beside them. */
const code = z.string().min(1)
const publicKey = z.strictObject({
  /** Thumbprint of the key (RFC 7638), as PDND shows it. */
  kid: z.string().regex(/^[a-zA-Z0-9_-]{43}$/),
  kty: z.literal('RSA'),
  n: z.string(),
  e: z.string(),
})
const purpose = z.strictObject({
  purposeId: z.uuid(),
  eService: code,
  state,
  agreement: state,
  /** Calls between 00:00 and 24:00, Rome time; then calls within one second. ANPR's own rate is not published. */
  dailyCalls: z.number().int().min(0),
  callsPerSecond: z.number().int().min(1),
})
const eService = z.strictObject({
  eserviceId: z.uuid(),
  descriptorId: z.uuid(),
  state,
  voucherSeconds: z.number().int().min(1),
  /** Refuses vouchers that are not bound to a key (RFC 9449). */
  dpop: z.boolean(),
  /** `aud` of voucher, evidence and signature, where it is not the address of this simulator. */
  audience: z.string().optional(),
})

/** What PDND knows of consumers and e-services. The file of it is `pdnd/registry.json` of the test keys. */
export const pdndRegistry = z.strictObject({
  producerId: z.uuid(),
  /** `aud` of client assertions, where it is not the address of this simulator. */
  tokenAudience: z.string().optional(),
  eServices: z
    .record(code, eService)
    .refine((known) => E_SERVICES.every((one) => known[one.code]), 'an e-service of the Ministry is missing'),
  organisations: z.array(
    z.strictObject({
      name: z.string(),
      consumerId: z.uuid(),
      /** Requests for vouchers within one interval. */
      tokenRate: z.strictObject({ limit: z.number().int().min(1), intervalMs: z.number().int().min(1) }),
      clients: z.array(z.strictObject({ clientId: z.uuid(), keys: z.array(publicKey), purposes: z.array(purpose) })),
    }),
  ),
})
export type PdndRegistry = z.infer<typeof pdndRegistry>
export type Organisation = PdndRegistry['organisations'][number]
export type Purpose = z.infer<typeof purpose>
export type Offer = z.infer<typeof eService>

export interface KnownClient {
  organisation: Organisation
  clientId: string
  keys: ReadonlyMap<string, CryptoKey>
  purposes: ReadonlyMap<string, Purpose>
}

/** The registry as token server and gate look things up in it. */
export interface KnownClients {
  producerId: string
  client(clientId: string): KnownClient | undefined
  offer(code: string): Offer | undefined
}

/** The registry of a folder of test keys. */
export const registryIn = async (pki: string): Promise<PdndRegistry> =>
  pdndRegistry.parse(JSON.parse(await readFile(join(pki, 'pdnd/registry.json'), 'utf8')))

/** Reads a registry; a `kid` that is not its key's thumbprint is refused with its name. */
export async function readRegistry(given: unknown): Promise<KnownClients> {
  const { producerId, eServices, organisations } = pdndRegistry.parse(given)
  const offers = new Map(Object.entries(eServices))
  const clients = new Map<string, KnownClient>()
  for (const organisation of organisations) {
    for (const { clientId, keys, purposes } of organisation.clients) {
      const imported = new Map<string, CryptoKey>()
      for (const { kid, ...jwk } of keys) imported.set(kid, await keyOf(kid, jwk))
      const known = new Map(purposes.map((one) => [one.purposeId, one]))
      clients.set(clientId, { organisation, clientId, keys: imported, purposes: known })
    }
  }
  return {
    producerId,
    client: (clientId) => clients.get(clientId),
    offer: (code) => offers.get(code),
  }
}

async function keyOf(kid: string, jwk: JWK): Promise<CryptoKey> {
  const thumbprint = await calculateJwkThumbprint(jwk)
  if (thumbprint !== kid) throw new Error(`the kid ${kid} is not its key's thumbprint, which is ${thumbprint}`)
  return (await importJWK(jwk, 'RS256')) as CryptoKey
}
