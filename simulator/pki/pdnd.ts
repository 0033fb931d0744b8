import { createHash } from 'node:crypto'
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { E_SERVICES } from '../anpr/e-services.ts'
import type { PdndRegistry } from '../anpr/pdnd/registry.ts'
import { ecKeys, issue, rsaKeys, selfSigned } from './issue.ts'
import { AUTHORITY_VALIDITY, GOOD } from './plan.ts'
import type { Writer } from './writer.ts'

/** Quotas of a client of the bench: high, since whole fleets ask. Tests of quotas bring their own registry. */
const PLENTY = { dailyCalls: 5_000_000, callsPerSecond: 10_000 }

/**
 * Keys of the simulated PDND and ANPR and of their one client:
 *   pdnd/ca, pdnd/server     TLS of both, for this machine's own address
 *   pdnd/signing             key that signs vouchers
 *   pdnd/client              key that signs assertions, evidence and requests
 *   pdnd/registry.json       see simulator/anpr/pdnd/registry.ts
 */
export async function makePdnd(write: Writer): Promise<void> {
  const ca = await write.authority(
    'pdnd/ca',
    await selfSigned('CN=Simulated ANPR CA TEST,C=IT', await ecKeys(), AUTHORITY_VALIDITY),
  )
  const server = await ecKeys()
  const certificate = await issue(ca, 'CN=localhost,O=Simulated ANPR TEST,C=IT', server, GOOD, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
      { type: 'ip', value: '::1' },
    ]),
  ])
  await write.certificate('pdnd/server.cert.pem', certificate)
  await write.key('pdnd/server.key.pem', server)
  await write.key('pdnd/signing.key.pem', await rsaKeys(2048))

  const client = await rsaKeys(2048)
  await write.key('pdnd/client.key.pem', client)
  const { n = '', e = '' } = await exportJWK(client.publicKey)
  const key = { kty: 'RSA', n, e } as const
  const kid = await calculateJwkThumbprint(key)
  await write.plain('pdnd/registry.json', `${JSON.stringify(registryFor({ kid, ...key }), undefined, 2)}\n`)
}

const registryFor = (key: PdndRegistry['organisations'][number]['clients'][number]['keys'][number]): PdndRegistry => ({
  producerId: uuidOf('Ministero dell’Interno TEST'),
  eServices: Object.fromEntries(
    E_SERVICES.map(({ code }) => [
      code,
      {
        eserviceId: uuidOf(`e-service ${code}`),
        descriptorId: uuidOf(`descriptor ${code}`),
        state: 'ACTIVE',
        voucherSeconds: 600,
        dpop: false,
      },
    ]),
  ),
  organisations: [
    {
      name: 'Totem Polis TEST',
      consumerId: uuidOf('Totem Polis TEST'),
      tokenRate: { limit: 10_000, intervalMs: 1_000 },
      clients: [
        {
          clientId: uuidOf('client of Totem Polis TEST'),
          keys: [key],
          purposes: E_SERVICES.map(({ code }) => ({
            purposeId: uuidOf(`purpose ${code}`),
            eService: code,
            state: 'ACTIVE',
            agreement: 'ACTIVE',
            ...PLENTY,
          })),
        },
      ],
    },
  ],
})

/** The same UUID (version 8, RFC 9562) for a name in each folder of keys: configurations outlive the folder. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
