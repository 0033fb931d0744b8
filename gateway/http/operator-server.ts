import { createHash, timingSafeEqual } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { troubles } from '../journal/troubles.ts'
import type { Work } from '../operations/work.ts'
import { deadOperations, list } from '../store/operations.ts'
import type { Database } from '../store/schema.ts'
import { answerErrors } from './problems.ts'
import type { Tls } from './totem-server.ts'

const LIST_LIMIT = 10_000

/**
 * What operators see, on a listener of its own that totems need not reach.
 *   GET  /v1/operator/operations   (Bearer) → { operations: [{ operation, totem, state, refusal, receivedAt, settledAt }] }
 *   GET  /v1/operator/journal      (Bearer) → { troubles: [{ totem, chain, kind, seq, at }] }   gateway/journal/tables.ts
 *   POST /v1/operator/redrive      (Bearer) → { redriven }   gives what was given up (state `dead`) another chance
 */
export function createOperatorServer({
  tls,
  token,
  db,
  work,
  log,
}: {
  tls: Tls
  token: string
  db: Database
  work: Work
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
  server.get('/v1/operator/operations', async () => {
    const dead = await deadOperations(db)
    const rows = await list(db, 'all', LIST_LIMIT)
    return {
      operations: rows.map((row) => ({
        operation: row.id,
        totem: row.totem,
        state: row.state === 'pending' && dead.has(row.id) ? 'dead' : row.state,
        refusal: row.refusal,
        receivedAt: row.received_at.toISOString(),
        settledAt: row.settled_at?.toISOString() ?? null,
      })),
    }
  })
  server.get('/v1/operator/journal', async () => ({
    troubles: (await troubles(db, LIST_LIMIT)).map(({ seen_at: at, ...trouble }) => ({ ...trouble, at: at.toISOString() })),
  }))
  server.post('/v1/operator/redrive', async () => {
    const redriven = await work.redrive()
    log.info({ kind: 'redriven', redriven })
    return { redriven }
  })
  return server
}

const digest = (text: string) => createHash('sha256').update(text).digest()
