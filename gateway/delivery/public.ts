import type { FastifyReply } from 'fastify'
import { handoverClaim, handoverId } from '../../contract/handover.ts'
import type { Routes } from '../http/route.ts'
import type { Handovers } from './handovers.ts'
import { servedPage } from './served.ts'

/** Documents on their way at once, each of 2 MB at most: whoever knows many links cannot fill the memory. */
const MOST_AT_ONCE = 64
const AGAIN_S = 2

const { html, csp } = servedPage()
const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
}

/**
 * `GET /d/ID`: the page, the same whether there is such a document or not. Whoever previews or scans a link only gets;
 * a tap of the person posts. `POST /d/ID/claim`: the ciphertext. `POST /d/ID/taken`: it is on the telephone.
 */
export const handoverPageRoutes =
  (handovers: Pick<Handovers, 'claim' | 'taken'>): Routes =>
  (server) => {
    let underWay = 0
    const no = (reply: FastifyReply, status: number, kind: string) => reply.headers(HEADERS).code(status).send({ kind })

    server.get<{ Params: { id: string } }>('/d/:id', async ({ params: { id } }, reply) => {
      if (!handoverId.safeParse(id).success) return no(reply, 404, 'gone')
      const policy = { 'content-security-policy': csp, 'content-type': 'text/html; charset=utf-8' }
      return reply.headers({ ...HEADERS, ...policy }).send(html)
    })

    server.post<{ Params: { id: string } }>('/d/:id/claim', async ({ params: { id }, body }, reply) => {
      const asked = handoverClaim.safeParse(body)
      if (!asked.success || !handoverId.safeParse(id).success) return no(reply, 400, 'malformed')
      if (underWay >= MOST_AT_ONCE) return no(reply.header('retry-after', AGAIN_S), 503, 'busy')
      underWay++
      reply.raw.once('close', () => underWay--)
      const claimed = await handovers.claim(id, asked.data.phone)
      if (!claimed.ok) return no(reply, 410, claimed.error.kind)
      return reply.headers({ ...HEADERS, 'content-type': 'application/octet-stream' }).send(claimed.value)
    })

    server.post<{ Params: { id: string } }>('/d/:id/taken', async ({ params: { id }, body }, reply) => {
      const asked = handoverClaim.safeParse(body)
      if (!asked.success || !handoverId.safeParse(id).success) return no(reply, 400, 'malformed')
      return (await handovers.taken(id, asked.data.phone))
        ? reply.headers(HEADERS).code(204).send()
        : no(reply, 410, 'gone')
    })
  }
