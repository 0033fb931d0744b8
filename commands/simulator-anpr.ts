import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { calculateJwkThumbprint } from 'jose'
import { ZodError } from 'zod'
import type { AnprAccess } from '../simulator/anpr/access.ts'
import { startAnpr } from '../simulator/anpr/index.ts'
import type { Entry } from '../simulator/anpr/log.ts'
import { type PdndRegistry, pdndRegistry } from '../simulator/anpr/pdnd/registry.ts'
import { makePki } from '../simulator/pki/make.ts'
import { CONFIG, Failure, NO_INPUT, options, portOf } from './command.ts'

const HELP = `totem simulator anpr [--port N] [--control-port N] [--registry FILE] [--client-key FILE] [--json]

Runs PDND's token server and ANPR's e-services behind their interoperability gate, on synthetic people, until Ctrl+C.
Prints addresses, CA, client and purposes; then, on standard error, the true reason of each refusal, which a client is
never told.
  --port N           of token server and gate (HTTPS); without it a free one
  --control-port N   of the simulator's own door (plain HTTP), where faults are switched on:
                       curl -X PUT -H content-type:application/json -d '{"kind":"unavailable"}' \\
                         http://127.0.0.1:N/simulator/fault
  --registry FILE    what PDND knows of e-services, clients, keys, purposes and quotas; default: pdnd/registry.json among
                     the test keys, which may be copied and changed
  --client-key FILE  registers this RSA public key (PEM) for the registry's first client, beside the keys that it has;
                     its kid is the thumbprint (RFC 7638), and is printed
  --json             prints all of that in one JSON line`

/** `totem simulator anpr`: for any client of PDND and ANPR. Resolves to the exit code when it is interrupted. */
export async function simulatorAnpr(args: string[], pki: string): Promise<number> {
  const given = options(HELP, args, {
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    registry: { type: 'string', default: `${pki}/pdnd/registry.json` },
    'client-key': { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  await makePki(pki)
  const registry = registryIn(given.registry)
  const keyFile = given['client-key']
  const kid = keyFile === undefined ? null : await register(registry, keyFile)
  const anpr = await startAnpr({
    port: portOf(HELP, '--port', given.port),
    controlPort: portOf(HELP, '--control-port', given['control-port']),
    pki,
    registry,
    logTo: (entry) => console.error(lineOf(entry)),
  })
  const { access } = anpr
  const told = { ...access, registry: given.registry, control: anpr.controlUrl, ...(kid && { registered: kid }) }
  console.log(given.json ? JSON.stringify(told) : textOf(told))
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await anpr.stop()
  return 0
}

function textOf(told: AnprAccess & { registry: string; control: string; registered?: string }): string {
  const { tokenUrl, tokenAudience, jwksUrl, ca, client, eServices, registry, control, registered } = told
  return [
    `token server   ${tokenUrl}`,
    `  audience     ${tokenAudience}`,
    `  keys         ${jwksUrl}`,
    `CA             ${ca}`,
    `registry       ${registry}`,
    `client         ${client.clientId}`,
    `  key          ${client.keyFile}`,
    `  kid          ${client.kid}`,
    ...(registered ? [`  yours        ${registered}`] : []),
    `control        ${control}/simulator`,
    ...Object.entries(eServices).flatMap(([code, { url, audience, purposeId }]) => [
      code,
      `  url          ${url}`,
      `  audience     ${audience}`,
      `  purposeId    ${purposeId}`,
    ]),
    'Ctrl+C ends it',
  ].join('\n')
}

const lineOf = ({ at, where, outcome, service, cause, text, id }: Entry) =>
  [at, where, outcome, service, `${cause}:`, text, `(${id})`].filter((part) => part !== '').join(' ')

function registryIn(file: string): PdndRegistry {
  try {
    return pdndRegistry.parse(JSON.parse(read(file)))
  } catch (reason) {
    if (reason instanceof Failure) throw reason
    const where = reason instanceof ZodError ? reason.issues.map(({ path }) => path.join('.')).join(', ') : 'no JSON'
    throw new Failure(CONFIG, { kind: 'registry-refused' }, `${file} is no registry of clients: ${where}`)
  }
}

async function register(registry: PdndRegistry, file: string): Promise<string> {
  let jwk: { kty?: string; n?: string; e?: string }
  try {
    jwk = createPublicKey(read(file)).export({ format: 'jwk' })
  } catch (reason) {
    if (reason instanceof Failure) throw reason
    jwk = {}
  }
  const { kty, n, e } = jwk
  if (kty !== 'RSA' || !n || !e)
    throw new Failure(CONFIG, { kind: 'key-refused' }, `${file} holds no RSA key: PDND takes RS256 alone`)
  const key = { kty, n, e } as const
  const kid = await calculateJwkThumbprint(key)
  const keys = registry.organisations[0]?.clients[0]?.keys
  if (!keys) throw new Failure(CONFIG, { kind: 'registry-refused' }, 'the registry has no client for the key')
  if (!keys.some((known) => known.kid === kid)) keys.push({ kid, ...key })
  return kid
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Failure(NO_INPUT, { kind: 'file-unreadable' }, `cannot read ${file}`)
  }
}
