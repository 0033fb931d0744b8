import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { boundConnections, HANDSHAKE } from '../../http/connections.ts'
import { answerErrors } from '../../http/problems.ts'
import type { Routes } from '../../http/route.ts'
import type { DoorTls } from '../../http/tls.ts'
import type { Connections } from '../../settings/config.ts'

/** A receipt is some 4 KB. */
const BODY_LIMIT = 128 * 1024

/**
 * Where pagoPA brings receipts, on a listener of its own: mutual TLS by the authority that pagoPA's certificate is of.
 * Nobody else comes in, and nothing else is offered.
 */
export function createPagopaDoor({
  tls,
  connections,
  receipts,
  log,
}: {
  tls: DoorTls
  connections: Connections
  receipts: Routes
  log: Logger
}): FastifyInstance {
  const server = Fastify({
    // Uncertain: whether pagoPA's node speaks TLS 1.3.
    https: { ...tls.shown, ...HANDSHAKE, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    bodyLimit: BODY_LIMIT,
    logger: false,
    requestTimeout: 30_000,
  }) as unknown as FastifyInstance
  tls.keepUp(server, { minVersion: 'TLSv1.2' })
  boundConnections(server, connections, log)
  answerErrors(server, log)
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    ['text/xml', 'application/xml', 'application/soap+xml'],
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  )
  receipts(server)
  return server
}
