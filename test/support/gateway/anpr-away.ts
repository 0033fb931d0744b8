import { generateKeyPairSync } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { service } from '../../../gateway/anpr/services.ts'
import type { GatewayConfig } from '../../../gateway/index.ts'

/** Settings of a gateway that calls nobody: addresses where nothing listens, and a key in `keyFile`, made if missing. */
export function anprAway(keyFile: string): GatewayConfig['anpr'] {
  if (!existsSync(keyFile)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  }
  const clientId = '6f0ad4b3-0b22-4bd7-9d5c-9d1f0f6d1a11'
  const offer = { url: NOWHERE, audience: NOWHERE, purposeId: clientId }
  const services = Object.fromEntries(service.options.map((code) => [code, offer]))
  return { pdnd: { tokenUrl: NOWHERE, tokenAudience: 'nowhere/client-assertion', clientId, key: keyFile, services } }
}

/** The discard port: calls are refused. */
const NOWHERE = 'http://127.0.0.1:9'
