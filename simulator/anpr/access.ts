import { audienceOf, E_SERVICES, pathOf } from './e-services.ts'
import type { PdndRegistry } from './pdnd/registry.ts'

/** What a client must be told before its first call: the simulator's counterpart of PDND's back office. */
export interface AnprAccess {
  tokenUrl: string
  /** `aud` of client assertions. */
  tokenAudience: string
  jwksUrl: string
  /** PEM file of the CA that vouches for both servers. */
  ca: string
  client: { clientId: string; kid: string; keyFile: string }
  /** By the Ministry's code: C021, ANPR-Certificazione. */
  eServices: Record<string, { url: string; audience: string; purposeId: string; dailyCalls: number; dpop: boolean }>
}

/** Access of the registry's first client. */
export function accessOf(
  {
    gateUrl,
    tokenUrl,
    tokenAudience,
    jwksUrl,
    ca,
    keyFile,
  }: Record<'gateUrl' | 'keyFile', string> & Pick<AnprAccess, 'tokenUrl' | 'tokenAudience' | 'jwksUrl' | 'ca'>,
  registry: PdndRegistry,
): AnprAccess {
  const client = registry.organisations[0]?.clients[0]
  const purposes = new Map(client?.purposes.map((purpose) => [purpose.eService, purpose]))
  const eServices = E_SERVICES.flatMap((service) => {
    const purpose = purposes.get(service.code)
    const offer = registry.eServices[service.code]
    if (!purpose || !offer) return []
    const { purposeId, dailyCalls } = purpose
    const audience = offer.audience ?? audienceOf(gateUrl, service)
    return [[service.code, { url: gateUrl + pathOf(service), audience, purposeId, dailyCalls, dpop: offer.dpop }]]
  })
  return {
    ...{ tokenUrl, tokenAudience, jwksUrl, ca },
    client: { clientId: client?.clientId ?? '', kid: client?.keys[0]?.kid ?? '', keyFile },
    eServices: Object.fromEntries(eServices),
  }
}
