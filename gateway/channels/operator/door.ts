import { createHash, timingSafeEqual } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { answerErrors } from '../../http/problems.ts'
import { mount, type Routes } from '../../http/route.ts'
import type { Tls } from '../../http/tls.ts'

/** The rooms that operators look into; contract/operators.ts says what they find there. */
export type OperatorRooms = Record<'operations' | 'fleet' | 'journals', Routes>

/**
 * Where operators come in, on a listener that totems need not reach. The token proves that an operator calls, and not
 * which one, so that no request has a caller here.
 */
export function createOperatorDoor({
  tls,
  token,
  rooms,
  metrics,
  isReady,
  log,
}: {
  tls: Tls
  token: string
  rooms: OperatorRooms
  metrics: Routes
  isReady(): Promise<boolean>
  log: Logger
}): FastifyInstance {
  const server = Fastify({ https: { ...tls, minVersion: 'TLSv1.3' }, logger: false }) as unknown as FastifyInstance
  answerErrors(server, log)
  server.decorateRequest('caller', null)
  const expected = digest(`Bearer ${token}`)
  server.addHook('onRequest', async ({ headers, routeOptions }, reply) => {
    // The load balancer asks these, and has no token.
    if (routeOptions.url === '/healthz' || routeOptions.url === '/readyz') return
    // Digests have one length, so that the comparison always takes the same time.
    if (timingSafeEqual(digest(headers.authorization ?? ''), expected)) return
    log.warn({ kind: 'operator-refused' })
    return reply.code(401).send()
  })
  mount(server, '/v1/operator', ...Object.values(rooms))
  metrics(server)
  server.get('/healthz', async () => ({}))
  server.get('/readyz', async (_request, reply) => reply.code((await isReady()) ? 200 : 503).send({}))
  return server
}

const digest = (text: string) => createHash('sha256').update(text).digest()
