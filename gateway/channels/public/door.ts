import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { boundConnections, HANDSHAKE } from '../../http/connections.ts'
import { answerErrors } from '../../http/problems.ts'
import type { Routes } from '../../http/route.ts'
import type { DoorTls } from '../../http/tls.ts'
import type { Connections } from '../../settings/config.ts'

/** A telephone says which one it is, and nothing else. */
const BODY_LIMIT = 1_024

/** Where anybody comes in, on a listener that asks for no certificate and knows no totem and no person. */
export function createPublicDoor({
  tls,
  connections,
  rooms,
  log,
}: {
  tls: DoorTls
  connections: Connections
  /** The page that verifies a paper, and the one that hands a document to a telephone. */
  rooms: readonly Routes[]
  log: Logger
}): FastifyInstance {
  const server = Fastify({
    // Phones that are some years old speak nothing newer.
    https: { ...tls.shown, ...HANDSHAKE, minVersion: 'TLSv1.2' },
    bodyLimit: BODY_LIMIT,
    logger: false,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    forceCloseConnections: 'idle',
  }) as unknown as FastifyInstance
  tls.keepUp(server, { minVersion: 'TLSv1.2' })
  boundConnections(server, connections, log)
  answerErrors(server, log)
  for (const room of rooms) room(server)
  return server
}
