import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { createBrake } from '../../http/brake.ts'
import { boundConnections, HANDSHAKE } from '../../http/connections.ts'
import { speakGzip } from '../../http/encoding.ts'
import { answerErrors } from '../../http/problems.ts'
import { mount, type Routes } from '../../http/route.ts'
import type { DoorTls } from '../../http/tls.ts'
import type { Connections } from '../../settings/config.ts'

/** Keys, certificate and statements of a TPM are some 5 KB. */
const BODY_LIMIT = 32 * 1_024

/**
 * Where machines come that are no totem yet, on a listener that asks for no certificate and proves nobody: the room itself
 * judges code and machine. After five wrong codes an address waits a second for each answer.
 */
export function createEnrolmentDoor({
  tls,
  connections,
  room,
  log,
}: {
  tls: DoorTls
  connections: Connections
  room: Routes
  log: Logger
}): FastifyInstance {
  const server = Fastify({
    https: { key: tls.shown.key, cert: tls.shown.cert, ...HANDSHAKE, minVersion: 'TLSv1.3' },
    bodyLimit: BODY_LIMIT,
    logger: false,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    forceCloseConnections: 'idle',
  }) as unknown as FastifyInstance
  tls.keepUp(server, { minVersion: 'TLSv1.3' })
  boundConnections(server, connections, log)
  answerErrors(server, log)
  server.decorateRequest('caller', null)
  server.decorateRequest('operator', null)
  const brake = createBrake()
  server.addHook('onRequest', async ({ socket }, reply) => {
    if (brake.isFull(socket.remoteAddress ?? '')) return reply.code(429).header('retry-after', 1).send()
  })
  speakGzip(server)
  server.addHook('preSerialization', async (request, _reply, told) => {
    if ((told as { reason?: unknown } | null)?.reason !== 'code-refused') return told
    const address = request.socket.remoteAddress ?? ''
    const { tell, over } = brake.failed(address)
    if (tell !== null) log.warn({ kind: 'enrolment-code-refused', address, failures: tell })
    await over
    return told
  })
  server.addHook('onResponse', async (request, reply) => {
    const { url: route } = request.routeOptions
    log.info({ kind: 'request', totem: null, route, status: reply.statusCode, ms: reply.elapsedTime })
  })
  mount(server, '/v1/enrolment', room)
  return server
}
