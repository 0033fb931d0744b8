import { createHash } from 'node:crypto'
import type { Routes } from '../http/route.ts'
import type { ServedPage } from './served.ts'

/** A cache must not keep an old list for long: a key may have been withdrawn from it. */
const CACHED_S = 3_600

/** The page may use what it needs, which is the camera, and nothing else. */
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
 * `GET /verify/`: the page that verifies a paper in the browser, on its own. It is HTML, so no schema stands beside it.
 */
export const verifyRoutes =
  (page: () => Promise<ServedPage>): Routes =>
  (server) => {
    server.get('/verify', async (_request, reply) => reply.redirect('/verify/', 308))
    server.get('/verify/', async ({ headers }, reply) => {
      const { html, gzipped, csp } = await page()
      const zipped = /\bgzip\b/.test(headers['accept-encoding'] ?? '')
      const etag = etagOf(html, zipped)
      // The page's own CSP cannot forbid frames; a header can.
      reply.headers({ ...HEADERS, etag, 'content-security-policy': `${csp}; frame-ancestors 'none'` })
      if (headers['if-none-match'] === etag) return reply.code(304).send()
      return zipped ? reply.header('content-encoding', 'gzip').send(gzipped) : reply.send(html)
    })
  }

const etags = new WeakMap<Buffer, string>()
function etagOf(html: Buffer, zipped: boolean): string {
  const hash = etags.get(html) ?? createHash('sha256').update(html).digest('base64url').slice(0, 22)
  etags.set(html, hash)
  return `"${hash}${zipped ? '-gz' : ''}"`
}
