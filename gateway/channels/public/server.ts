import { createHash } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { answerErrors } from '../../http/problems.ts'
import type { ServedPage } from '../../verify/served.ts'
import type { Tls } from '../totem/server.ts'

/** A list of keys that was withdrawn from must not live on in a cache for long. */
const CACHED_S = 3_600
/** Nobody sends anything here. */
const BODY_LIMIT = 1_024

/** Nothing but what the page itself needs: its camera. */
const HEADERS = {
  'cache-control': `public, max-age=${CACHED_S}`,
  'content-type': 'text/html; charset=utf-8',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  vary: 'accept-encoding',
  'x-content-type-options': 'nosniff',
}

/**
 * What anybody may see, on a listener that asks for no certificate and knows no totem, no person and no database.
 *   GET /verify/ → the page that verifies a paper in the browser, by itself
 */
export function createPublicServer({
  tls,
  page,
  log,
}: {
  tls: Tls
  page: () => Promise<ServedPage>
  log: Logger
}): FastifyInstance {
  const server = Fastify({
    // Phones of some years ago.
    https: { ...tls, minVersion: 'TLSv1.2' },
    bodyLimit: BODY_LIMIT,
    logger: false,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    forceCloseConnections: 'idle',
  }) as unknown as FastifyInstance
  answerErrors(server, log)
  server.get('/verify', async (_request, reply) => reply.redirect('/verify/', 308))
  server.get('/verify/', async ({ headers }, reply) => {
    const { html, gzipped, csp } = await page()
    const zipped = /\bgzip\b/.test(headers['accept-encoding'] ?? '')
    const etag = etagOf(html, zipped)
    // Only a header can forbid frames.
    reply.headers({ ...HEADERS, etag, 'content-security-policy': `${csp}; frame-ancestors 'none'` })
    if (headers['if-none-match'] === etag) return reply.code(304).send()
    return zipped ? reply.header('content-encoding', 'gzip').send(gzipped) : reply.send(html)
  })
  return server
}

const etags = new WeakMap<Buffer, string>()
function etagOf(html: Buffer, zipped: boolean): string {
  const hash = etags.get(html) ?? createHash('sha256').update(html).digest('base64url').slice(0, 22)
  etags.set(html, hash)
  return `"${hash}${zipped ? '-gz' : ''}"`
}
