import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { type AnprAccess, accessOf } from './access.ts'
import { askedOf, controls } from './control.ts'
import { audienceOf, GATE, serviceOf } from './e-services.ts'
import { type AnprFault, createFaults } from './faults.ts'
import { gate } from './gate/gate.ts'
import { beginTransaction, govwayProblem } from './gate/problem.ts'
import { pdndKeysOf } from './gate/voucher.ts'
import { collectRoutes, innerOf } from './inner.ts'
import { createIssuer } from './issue.ts'
import { createLog, type Entry } from './log.ts'
import { type PdndRegistry, readRegistry, registryIn } from './pdnd/registry.ts'
import { TOKEN_PATH, tokenServer } from './pdnd/token-server.ts'
import { createMint } from './pdnd/voucher.ts'
import { eServices } from './services/index.ts'

export interface Anpr {
  /** The simulator's own door, in plain HTTP (control.ts). */
  controlUrl: string
  /** Addresses, keys and purposes for a client that comes through the gate. */
  access: AnprAccess
  setFault(fault: AnprFault): void
  /** idOperazioneClient of every certificate issued (previews are not), in order. */
  issued(): string[]
  /** The same, with the number of times that each was asked for; only the first time had an effect. */
  asked(): ReadonlyMap<string, number>
  /** The true reasons of all that token server and gate refused. */
  log(): readonly Entry[]
  stop(): Promise<void>
}

export interface AnprOptions {
  /** Of token server and gate (HTTPS), and of the simulator's own door; 0 takes a free one. */
  port: number
  controlPort?: number
  /** Folder of the test keys (simulator/pki). */
  pki: string
  /** In place of the folder's `pdnd/registry.json`. */
  registry?: PdndRegistry
  now?: () => Date
  /** See issue.ts. */
  reusePdf?: boolean
  /** Authorisation by which the client pays bollo virtually; without it ANPR refuses that (EN116). */
  virtualBollo?: string
  /** Has each entry of the log as it comes. */
  logTo?: (entry: Entry) => void
}

/** A bulk request carries its file. */
const BODY_LIMIT = 32 * 1024 * 1024

/**
 * A stand-in for PDND's token server and for ANPR: gate (HTTPS) and e-services on the synthetic population, on loopback.
 * Written from the Ministry's papers; no client of this project was looked at for it.
 */
export async function startAnpr(options: AnprOptions): Promise<Anpr> {
  const { pki, now = () => new Date(), reusePdf = false, virtualBollo = null } = options
  const file = (name: string) => readFile(join(pki, name), 'utf8')
  const registry = options.registry ?? (await registryIn(pki))
  const clients = await readRegistry(registry)
  const issuer = createIssuer({ certificate: await file('seal.cert.pem'), key: await file('seal.key.pem') }, now, {
    reusePdf,
    virtualBollo,
  })
  const stopped = new AbortController()
  const faults = createFaults(stopped.signal)
  const log = createLog(options.logTo)

  // The gate has judged the content: a name that is dangerous in JavaScript is a field like any that the files do not name.
  const services = Fastify({ bodyLimit: BODY_LIMIT, onProtoPoisoning: 'remove', onConstructorPoisoning: 'remove' })
  const routes = collectRoutes(services)
  eServices(services, issuer, faults)
  await services.ready()
  const inner = innerOf(services, routes, faults)

  const outer = Fastify({
    https: { key: await file('pdnd/server.key.pem'), cert: await file('pdnd/server.cert.pem') },
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    // A path that no router can read.
    frameworkErrors: (_error, _request, reply) => unknownPath(reply as unknown as FastifyReply),
  })
  // Audiences and vouchers name the address, and a free port is known only when the server listens.
  let origin = ''
  const at = {
    gate: () => origin + GATE,
    token: () => origin + TOKEN_PATH,
    audience: () => registry.tokenAudience ?? `${origin.replace('https://', '')}/client-assertion`,
  }
  const audience = (code: string) => audienceOf(at.gate(), serviceOf(code))
  const mint = await createMint(await file('pdnd/signing.key.pem'), clients.producerId, audience)
  const shared = { clients, faults, log, now }
  const keys = await pdndKeysOf(mint.jwks)
  outer.setNotFoundHandler((_request, reply) => unknownPath(reply as unknown as FastifyReply))
  await outer.register(async (scope) =>
    tokenServer(takeBytes(scope), { ...shared, url: at.token, audience: at.audience, mint }),
  )
  await outer.register(async (scope) => gate(takeBytes(scope), { ...shared, url: at.gate, keys, inner }))
  await outer.listen({ host: '127.0.0.1', port: options.port })
  origin = `https://127.0.0.1:${portOf(outer.server)}`

  const access = accessOf(
    {
      gateUrl: at.gate(),
      tokenUrl: at.token(),
      tokenAudience: at.audience(),
      jwksUrl: `${origin}/.well-known/jwks.json`,
      ca: join(pki, 'pdnd/ca.pem'),
      keyFile: join(pki, 'pdnd/client.key.pem'),
    },
    registry,
  )
  const control = Fastify({ forceCloseConnections: true })
  await control.register(async (scope) => controls(scope, { issuer, faults, log, access }), { prefix: '/simulator' })
  await control.listen({ host: '127.0.0.1', port: options.controlPort ?? 0 })
  return {
    controlUrl: `http://127.0.0.1:${portOf(control.server)}`,
    access,
    setFault: faults.set,
    issued: () => [...issuer.issued.keys()],
    asked: () => askedOf(issuer),
    log: log.entries,
    stop: async () => {
      stopped.abort()
      await Promise.all([outer.close(), control.close(), services.close()])
    },
  }
}

const unknownPath = (reply: FastifyReply) => govwayProblem(reply, beginTransaction(reply), 'NotFound')

/** The gate hashes the bytes as they came; the token server reads its own form. */
function takeBytes(app: FastifyInstance): FastifyInstance {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}

const portOf = (server: Server) => (server.address() as AddressInfo).port
