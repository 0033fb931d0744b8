import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { createBrake } from '../../http/brake.ts'
import { boundConnections, HANDSHAKE } from '../../http/connections.ts'
import { answerErrors } from '../../http/problems.ts'
import { bearerOf, mount, type Routes } from '../../http/route.ts'
import type { DoorTls } from '../../http/tls.ts'
import type { Connections } from '../../settings/config.ts'
import { type Operator, ROLES, type Role } from '../../settings/operators.ts'
import type { Operators } from './operators.ts'

/** The rooms that operators look into; contract/operators.ts says what they find there. */
export type OperatorRooms = Record<
  'operations' | 'fleet' | 'journals' | 'payments' | 'delivery' | 'releases' | 'enrolment' | 'service',
  Routes
>

/**
 * Where operators come in, on a listener that totems need not reach. The token says which operator calls and what they
 * may do; the log names them with each route. They ask for no citizen, so that no request has a caller here.
 */
export function createOperatorDoor({
  tls,
  connections,
  operators,
  rooms,
  metrics,
  isReady,
  log,
}: {
  tls: DoorTls
  connections: Connections
  operators: Operators
  rooms: OperatorRooms
  metrics: Routes
  isReady(): Promise<boolean>
  log: Logger
}): FastifyInstance {
  const server = Fastify({
    https: { ...tls.shown, ...HANDSHAKE, minVersion: 'TLSv1.3' },
    logger: false,
  }) as unknown as FastifyInstance
  tls.keepUp(server, { minVersion: 'TLSv1.3' })
  boundConnections(server, connections, log)
  answerErrors(server, log)
  server.decorateRequest('caller', null)
  server.decorateRequest('operator', null)
  const brake = createBrake()
  server.addHook('onRequest', async (request, reply) => {
    if (isOpen(request)) return
    const address = request.socket.remoteAddress ?? ''
    if (brake.isFull(address)) return reply.code(429).header('retry-after', 1).send()
    const operator = await operators.of(bearerOf(request))
    if (operator === null) {
      const { tell, over } = brake.failed(address)
      if (tell !== null) log.warn({ kind: 'operator-refused', address, failures: tell })
      await over
      return reply.code(401).header('www-authenticate', 'Bearer').send()
    }
    request.operator = operator
    if (!may(operator, request)) return reply.code(403).send()
  })
  server.addHook('onResponse', async (request, reply) => {
    if (request.operator === null) return
    const { name: operator, role } = request.operator
    const { url: route = null } = request.routeOptions
    const { method } = request
    log.info({ kind: 'operator-request', operator, role, method, route, status: reply.statusCode })
  })
  mount(server, '/v1/operator', ...Object.values(rooms))
  metrics(server)
  server.get('/healthz', async () => ({}))
  server.get('/readyz', async (_request, reply) => reply.code((await isReady()) ? 200 : 503).send({}))
  return server
}

/** The load balancer asks these, and has no token. */
const isOpen = ({ routeOptions: { url } }: FastifyRequest) => url === '/healthz' || url === '/readyz'

const may = ({ role }: Operator, request: FastifyRequest): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(asks(request))

function asks({ routeOptions, method }: FastifyRequest): Role {
  if (routeOptions.url === '/metrics' || routeOptions.url === '/metrics/fleet') return 'metrics'
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write'
}
