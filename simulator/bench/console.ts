import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { employees } from '../issuer/employees.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { tenancy } from './tenancy.ts'

/**
 * The gateway's settings of its console (gateway/settings/console.ts); `folder`: where the client's secret may lie. `crls`: of
 * those who issue cards.
 */
export function throughConsole(
  issuer: Issuer,
  { pki, page, folder, crls }: { pki: string; page: string; folder: string; crls: string },
) {
  const secret = join(folder, 'console-client.secret')
  writeFileSync(secret, issuer.clientSecret, { mode: 0o600 })
  return {
    ...{ host: '127.0.0.1', port: 0, page },
    card: { host: '127.0.0.1', port: 0, trust: operatorTrust(pki, crls) },
    tls: { key: join(pki, 'gateway.key.pem'), certificate: join(pki, 'gateway.cert.pem') },
    issuer: { url: issuer.url, clientId: issuer.clientId, secret, ca: join(pki, 'gateway-ca.pem') },
  }
}

/** The bench's employees have cards of the issuers whom citizens' cards come from; in earnest they have issuers of their own. */
const operatorTrust = (pki: string, crls: string) => ({
  ...{ list: join(pki, 'trust-list.jws'), listKey: join(pki, 'trust-list.pub.jwk.json'), crls, crlHosts: [] },
  revocation: { maxAgeHours: 100 * 24, whenUnknown: 'refuse' as const },
})

/**
 * Gives the company's employees what they need, as a technician does on a fresh installation: by the command. It needs the
 * embedded database for itself, so the gateway does not run yet.
 */
export async function firstGrants(configFile: string, databaseUrl?: string): Promise<void> {
  const program = fileURLToPath(new URL('../../gateway/console.ts', import.meta.url))
  const env = { ...process.env, GATEWAY_CONFIG: configFile, ...(databaseUrl && { DATABASE_URL: databaseUrl }) }
  const child = spawn(process.execPath, [program, 'first-grants'], { env, stdio: ['pipe', 'ignore', 'pipe'] })
  // Those who administer come last: from the second on the command gives nothing more.
  const administers = (role: string) => Number(role === 'PIATTAFORMA')
  const list = employees
    .flatMap(({ codiceFiscale, grant }) =>
      grant ? [{ codiceFiscale, ...grant, days: 300, reason: 'banco di prova' }] : [],
    )
    .sort((one, other) => administers(one.role) - administers(other.role))
  child.stdin.end(JSON.stringify({ grants: list, ...tenancy }))
  const said = text(child.stderr)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`first-grants ended with ${code}: ${await said}`)
}

/** A folder with a page of one line, for who needs no more of the console than its wire. */
export function emptyPage(folder: string): string {
  const page = join(folder, 'console-page')
  mkdirSync(page, { recursive: true })
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>console</title>')
  return page
}
