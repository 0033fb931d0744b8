import type { TLSSocket } from 'node:tls'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { MINUTE_MS } from '../../../basics/time.ts'
import { atTotem } from '../../../contract/caller.ts'
import { boundConnections, HANDSHAKE } from '../../http/connections.ts'
import { speakGzip } from '../../http/encoding.ts'
import { type Pressure, relievePressure } from '../../http/pressure.ts'
import { answerErrors, malformed, refuse } from '../../http/problems.ts'
import { mount, type Routes } from '../../http/route.ts'
import type { DoorTls } from '../../http/tls.ts'
import type { Connections } from '../../settings/config.ts'
import type { Totems } from './totems.ts'

/** Evidence with its certificate is some 4 KB; a route with longer bodies sets its own limit. */
const BODY_LIMIT = 64 * 1024

/** A totem has eight at most. After a cut the gateway may hold its earlier ones for a while. */
const MOST_OF_ONE = 64

/** The rooms that a totem may enter; contract/gateway.ts says what it finds there. */
export type TotemRooms = Record<
  | 'citizen'
  | 'payments'
  | 'login'
  | 'operations'
  | 'journal'
  | 'fleet'
  | 'trust'
  | 'keys'
  | 'releases'
  | 'service'
  | 'commands'
  | 'delivery'
  | 'enrolment',
  Routes
>

/** Where totems come in, over mutual TLS: without a totem's certificate the handshake fails. */
export function createTotemDoor({
  tls,
  connections,
  totems,
  pressure,
  onHeard,
  onUnknown,
  rooms,
  log,
}: {
  tls: DoorTls
  connections: Connections
  totems: Totems
  pressure: Pressure
  /** Hears of each totem that got an answer and was not sent away for want of room. */
  onHeard(totem: string): void
  /** A certificate of the totems' authority that no totem here has: another gateway may have enrolled it just now. */
  onUnknown(): Promise<void>
  rooms: TotemRooms
  log: Logger
}): FastifyInstance {
  const server = Fastify({
    https: { ...tls.shown, ...HANDSHAKE, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    bodyLimit: BODY_LIMIT,
    logger: false,
    // `relievePressure` answers 503 itself, and says when to come again.
    return503OnClosing: false,
    // A totem sends headers and body at once, so that a slow caller may not hold a socket.
    requestTimeout: 30_000,
    // A totem calls about once a minute, and a new connection costs more than ten questions on an old one.
    keepAliveTimeout: 3 * MINUTE_MS,
  }) as unknown as FastifyInstance
  tls.keepUp(server, { minVersion: 'TLSv1.3' })
  const callerOf = (socket: TLSSocket) => String(socket.getPeerCertificate().subject?.CN)
  boundConnections(server, connections, log, { perCaller: MOST_OF_ONE, callerOf })
  answerErrors(server, log)
  server.decorateRequest('caller', null)
  server.addHook('onRequest', async (request, reply) => {
    let totem = totems.of(request)
    if (totem === null) {
      await onUnknown()
      totem = totems.of(request)
    }
    if (totem !== null) {
      request.caller = atTotem(totem)
      return
    }
    log.warn({ kind: 'totem-unknown' })
    return refuse(reply, malformed, 403)
  })
  relievePressure(server, pressure)
  speakGzip(server)
  server.addHook('onResponse', async (request, reply) => {
    const { url: route } = request.routeOptions
    const totem = request.caller?.id ?? null
    if (totem !== null && reply.statusCode !== 429 && reply.statusCode < 500) onHeard(totem)
    log.info({ kind: 'request', totem, route, status: reply.statusCode, ms: reply.elapsedTime })
  })
  mount(server, '/v1', ...Object.values(rooms))
  return server
}
