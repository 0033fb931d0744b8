import { createHash, timingSafeEqual } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Operations } from '../operations/operations.ts'
import { answerErrors } from './problems.ts'
import type { Tls } from './totem-server.ts'

const LIST_LIMIT = 10_000

/**
 * What operators see, on a listener of its own that totems need not reach.
 *   GET /v1/operator/operations   (Bearer) → { operations: [{ operation, totem, state, refusal, receivedAt, settledAt }] }
 */
export function createOperatorServer({
  tls,
  token,
  operations,
  log,
}: {
  tls: Tls
  token: string
  operations: Operations
  log: Logger
}): FastifyInstance {
  const server = Fastify({ https: { ...tls, minVersion: 'TLSv1.3' }, logger: false }) as unknown as FastifyInstance
  answerErrors(server, log)
  const expected = digest(`Bearer ${token}`)
  server.addHook('onRequest', async ({ headers }, reply) => {
    // Digests have one length, so that the comparison takes one time.
    if (timingSafeEqual(digest(headers.authorization ?? ''), expected)) return
    log.warn({ kind: 'operator-refused' })
    return reply.code(401).send()
  })
  server.get('/v1/operator/operations', async () => ({
    operations: (await operations.list('all', LIST_LIMIT)).map((row) => ({
      operation: row.id,
      totem: row.totem,
      state: row.state,
      refusal: row.refusal,
      receivedAt: row.received_at.toISOString(),
      settledAt: row.settled_at?.toISOString() ?? null,
    })),
  }))
  return server
}

const digest = (text: string) => createHash('sha256').update(text).digest()
