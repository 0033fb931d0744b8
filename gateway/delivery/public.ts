import type { FastifyReply } from 'fastify'
import { handoverClaim, handoverId } from '../../contract/handover.ts'
import { letterClaim } from '../../contract/letter.ts'
import type { Result } from '../../contract/result.ts'
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

type Claimed = Result<Buffer, { kind: string; left?: number }>
type Ask = { Params: { id: string } }

/**
 * `GET /d/ID` and `GET /r/ID`: the page, the same whether there is such a document or not. Whoever previews or scans a link
 * only gets; a tap of the person posts. `POST /d/ID/claim` and `POST /r/ID/claim`: the ciphertext, for a mailed link with its
 * six digits. `POST /d/ID/taken`: it is on the telephone.
 */
export const handoverPageRoutes =
  (handovers: Pick<Handovers, 'claim' | 'open' | 'taken'>): Routes =>
  (server) => {
    let underWay = 0
    const no = (reply: FastifyReply, status: number, refused: { kind: string; left?: number }) =>
      reply.headers(HEADERS).code(status).send(refused)
    const malformed = { kind: 'malformed' }

    for (const path of ['/d/:id', '/r/:id'])
      server.get<Ask>(path, async ({ params: { id } }, reply) => {
        if (!handoverId.safeParse(id).success) return no(reply, 404, { kind: 'gone' })
        const policy = { 'content-security-policy': csp, 'content-type': 'text/html; charset=utf-8' }
        return reply.headers({ ...HEADERS, ...policy }).send(html)
      })

    async function answer(reply: FastifyReply, claim: () => Promise<Claimed>) {
      if (underWay >= MOST_AT_ONCE) return no(reply.header('retry-after', AGAIN_S), 503, { kind: 'busy' })
      underWay++
      reply.raw.once('close', () => underWay--)
      const claimed = await claim()
      if (!claimed.ok) return no(reply, 410, claimed.error)
      return reply.headers({ ...HEADERS, 'content-type': 'application/octet-stream' }).send(claimed.value)
    }

    server.post<Ask>('/d/:id/claim', async ({ params: { id }, body }, reply) => {
      const asked = handoverClaim.safeParse(body)
      if (!asked.success || !handoverId.safeParse(id).success) return no(reply, 400, malformed)
      return answer(reply, () => handovers.claim(id, asked.data.phone))
    })

    server.post<Ask>('/r/:id/claim', async ({ params: { id }, body }, reply) => {
      const asked = letterClaim.safeParse(body)
      if (!asked.success || !handoverId.safeParse(id).success) return no(reply, 400, malformed)
      return answer(reply, () => handovers.open(id, asked.data.code))
    })

    server.post<Ask>('/d/:id/taken', async ({ params: { id }, body }, reply) => {
      const asked = handoverClaim.safeParse(body)
      if (!asked.success || !handoverId.safeParse(id).success) return no(reply, 400, malformed)
      if (!(await handovers.taken(id, asked.data.phone))) return no(reply, 410, { kind: 'gone' })
      return reply.headers(HEADERS).code(204).send()
    })
  }
