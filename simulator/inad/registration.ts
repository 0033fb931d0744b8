import type { Offer, PdndRegistry, Purpose } from '../anpr/pdnd/registry.ts'

/** INAD on PDND, as its back office shows it: its own e-service beside the Ministry's, and our purpose for it. */
export const INAD = {
  code: 'INAD',
  audience: 'https://inad.simulator.test/rest/inad/v1/domiciliodigitale',
  purposeId: '1a4d0000-0000-8000-9000-000000000001',
  eserviceId: '1a4d0000-0000-8000-9000-000000000002',
} as const

/** Adds INAD and a purpose of the first client. `dailyCalls`: 1,000 to 2,000 were seen of one body. */
export function withInad(registry: PdndRegistry, dailyCalls = 2_000): PdndRegistry {
  const { code, audience, purposeId, eserviceId } = INAD
  const service: Offer = {
    ...{ eserviceId, descriptorId: '1a4d0000-0000-8000-9000-000000000003', audience },
    ...{ state: 'ACTIVE', voucherSeconds: 600, dpop: false },
  }
  const purpose: Purpose = {
    ...{ purposeId, eService: code, state: 'ACTIVE', agreement: 'ACTIVE', dailyCalls, callsPerSecond: 100 },
  }
  return {
    ...registry,
    eServices: { ...registry.eServices, [code]: service },
    organisations: registry.organisations.map((organisation, at) => ({
      ...organisation,
      clients: organisation.clients.map((client, place) =>
        at + place > 0 ? client : { ...client, purposes: [...client.purposes, purpose] },
      ),
    })),
  }
}
