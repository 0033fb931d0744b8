import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Result } from '../../../contract/result.ts'
import type { CardCertificate, CertificateRefusal } from '../../../trust/card-certificate.ts'
import { boundConnections, HANDSHAKE } from '../../http/connections.ts'
import type { DoorTls } from '../../http/tls.ts'
import type { Connections } from '../../settings/config.ts'
import { isDatabaseAway } from '../../store/away.ts'

const PER_MINUTE = 30
/** Nobody comes back by an earlier handshake: a card that was pulled out shakes no hand. */
const TLS = { minVersion: 'TLSv1.3', sessionTimeout: 1, secureOptions: constants.SSL_OP_NO_TICKET } as const

/**
 * Where an operator's smart card proves its key: TLS asks for a certificate and takes any, so that what is wrong with one has
 * a name, and the trust list of operators judges it. The browser goes back to the console with a ticket, or with that name.
 * TLS 1.3 has no second handshake, so that this cannot be the console's own listener.
 */
export async function createCardDoor({
  tls,
  connections,
  judge,
  ticketFor,
  consoleUrl,
  log,
}: {
  tls: DoorTls
  connections: Connections
  judge(der: Uint8Array): Result<CardCertificate, CertificateRefusal>
  /** A ticket for who began the log-in `state`. */
  ticketFor(holder: CardCertificate, state: string): Promise<string>
  /** Where browsers reach the console. */
  consoleUrl(): string
  log: Logger
}): Promise<FastifyInstance> {
  const trustedOf = (socket: Socket): string => {
    const { raw, fingerprint256 } = certificateOf(socket)
    return (raw && judge(raw).ok && fingerprint256) || 'nobody'
  }
  const server = Fastify({
    https: {
      ...{ ...tls.shown, ...HANDSHAKE, ...TLS },
      ...{ requestCert: true, rejectUnauthorized: false },
    },
    bodyLimit: 1_024,
    logger: false,
    requestTimeout: 10_000,
    forceCloseConnections: 'idle',
  }) as unknown as FastifyInstance
  tls.keepUp(server, TLS)
  boundConnections(server, connections, log)
  await server.register(rateLimit, {
    ...{ max: PER_MINUTE, timeWindow: '1 minute' },
    // SECURITY: behind a load balancer everybody comes from its address: each card that is trusted is counted for itself, and all
    // other callers together, for anybody can make a new certificate for each call.
    keyGenerator: ({ ip, socket }) => (connections.perAddress === null ? trustedOf(socket) : ip),
  })
  server.addHook('onSend', async (_request, reply, payload) => {
    // A browser keeps using a card that was pulled out until the connection ends.
    reply.headers({ 'cache-control': 'no-store', connection: 'close', 'referrer-policy': 'no-referrer' })
    return payload
  })
  server.setErrorHandler((error: { statusCode?: number; code?: string; name: string }, _request, reply) => {
    const { statusCode = 500, name, code } = error
    if (isDatabaseAway(error)) log.warn({ kind: 'database-away', route: '/', code })
    else if (statusCode >= 500) log.error({ kind: 'request-failed', route: '/', name, code })
    return reply.code(isDatabaseAway(error) ? 503 : statusCode).send()
  })
  server.get<{ Querystring: { state?: unknown } }>('/', async ({ query, socket }, reply) => {
    const state = typeof query.state === 'string' ? query.state : ''
    const back = (told: Record<string, string>) =>
      reply.redirect(`${consoleUrl()}/console/card?${new URLSearchParams({ state, ...told })}`, 303)
    const der = certificateOf(socket).raw as Buffer | undefined
    const holder = der && judge(der)
    if (holder?.ok) return back({ ticket: await ticketFor(holder.value, state) })
    const why = holder ? holder.error.kind : 'certificate-missing'
    log.warn({ kind: 'operator-card-refused', why })
    return back({ why })
  })
  return server
}

const certificateOf = (socket: Socket): Partial<PeerCertificate> => (socket as TLSSocket).getPeerCertificate()
