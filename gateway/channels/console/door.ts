import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { consoleProblem, problemStatus } from '../../../contract/console/problem.ts'
import { boundConnections, HANDSHAKE } from '../../http/connections.ts'
import { type BuiltPage, servePage } from '../../http/page.ts'
import { reachedAt } from '../../http/reached.ts'
import type { Routes } from '../../http/route.ts'
import type { DoorTls } from '../../http/tls.ts'
import type { Connections } from '../../settings/config.ts'
import { isDatabaseAway } from '../../store/away.ts'

const BODY_LIMIT = 64 * 1_024
/** A screen asks some ten things when it opens, and then a few a minute. Each address has its own count (each session, behind a load balancer). */
const PER_MINUTE = 600
const LOG_INS_PER_MINUTE = 30

/** What the door needs of the room behind it. */
interface Room {
  mount(server: FastifyInstance, origin: () => string, limits: { logIn: object }): void
}

/**
 * Where operators come in with a browser. The door proves nobody: a session does, which the room keeps. `url`: as browsers
 * reach it; null: as it listens.
 */
export async function createConsoleDoor({
  tls,
  connections,
  url,
  page,
  room,
  polis,
  onAnswered,
  log,
}: {
  tls: DoorTls
  connections: Connections
  url: string | null
  page: BuiltPage
  room: Room
  /** The public figures, which operators look at too; null: none are kept here. */
  polis: Routes | null
  /** An answer of the wire has left: by which path, how, and after how many ms. */
  onAnswered(path: string, status: number, ms: number): void
  log: Logger
}): Promise<FastifyInstance> {
  const server = Fastify({
    https: { ...tls.shown, ...HANDSHAKE, minVersion: 'TLSv1.3' },
    bodyLimit: BODY_LIMIT,
    logger: false,
    requestTimeout: 10_000,
    forceCloseConnections: 'idle',
  }) as unknown as FastifyInstance
  tls.keepUp(server, { minVersion: 'TLSv1.3' })
  boundConnections(server, connections, log)
  const origin = () => reachedAt(server, url)
  await server.register(cookie)
  await server.register(rateLimit, {
    ...{ max: PER_MINUTE, timeWindow: '1 minute', addHeadersOnExceeding: {} },
    // Behind a load balancer everybody comes from its address, and the balancer bounds who brings no cookie.
    keyGenerator: ({ ip, cookies }) => (connections.perAddress === null && cookies['__Host-console']) || ip,
    allowList: ({ cookies }) => connections.perAddress === null && !cookies['__Host-console'],
  })
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        ...{ scriptSrc: ["'self'"], styleSrc: ["'self'"], fontSrc: ["'self'"], imgSrc: ["'self'"] },
        ...{ connectSrc: ["'self'"], formAction: ["'self'"] },
        // Certificates, out of the page's own memory.
        ...{ frameSrc: ['blob:'], objectSrc: ['blob:'] },
        ...{ frameAncestors: ["'none'"], baseUri: ["'none'"] },
      },
    },
    hsts: { maxAge: 31_536_000, includeSubDomains: false },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
  })
  server.addHook('onResponse', async ({ routeOptions }, reply) => {
    const path = routeOptions.url ?? ''
    if (path.startsWith('/console/v1/')) onAnswered(path, reply.statusCode, reply.elapsedTime)
  })
  server.addHook('onSend', async (_request, reply, payload) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    return payload
  })
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(consoleProblem.parse({ kind: 'not-found', field: null })),
  )
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode = 500, name, code } = error
    const { url: route } = request.routeOptions
    const kind = statusCode === 429 ? 'too-many' : statusCode < 500 ? 'malformed' : 'not-now'
    if (isDatabaseAway(error)) log.warn({ kind: 'database-away', route, code })
    else if (statusCode >= 500) log.error({ kind: 'request-failed', route, name, code })
    return reply.code(problemStatus[kind]).send(consoleProblem.parse({ kind, field: null }))
  })
  server.register(
    async (scope) =>
      room.mount(scope, origin, {
        logIn: { config: { rateLimit: { max: LOG_INS_PER_MINUTE, timeWindow: '1 minute' } } },
      }),
    { prefix: '/console' },
  )
  if (polis) server.register(async (scope) => polis(scope), { prefix: '/polis' })
  servePage(server, page)
  return server
}
