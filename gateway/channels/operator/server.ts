import { createHash, timingSafeEqual } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { heartbeats } from '../../fleet/heartbeats.ts'
import { answerErrors } from '../../http/problems.ts'
import { troubles } from '../../journal/troubles.ts'
import type { Metrics } from '../../metrics.ts'
import type { Work } from '../../operations/work.ts'
import { deadOperations, list } from '../../store/operations.ts'
import type { Database } from '../../store/schema.ts'
import type { Tls } from '../totem/server.ts'

const LIST_LIMIT = 10_000
/** A database that is slower than this is none. */
const READY_MS = 2_000

/**
 * What operators see, on a listener of its own that totems need not reach.
 *   GET  /v1/operator/operations   (Bearer) → { operations: [{ operation, totem, state, refusal, receivedAt, settledAt }] }
 *   GET  /v1/operator/totems       (Bearer) → { totems: [{ totem, at, heartbeat }] }   `at`: by this clock
 *   GET  /v1/operator/journal      (Bearer) → { troubles: [{ totem, chain, kind, seq, at }] }   gateway/journal/tables.ts
 *   POST /v1/operator/redrive      (Bearer) → { redriven }   gives what was given up (state `dead`) another chance
 *   GET  /metrics                  (Bearer)   in Prometheus' text
 *   GET  /healthz                  200 while the process answers
 *   GET  /readyz                   200 when it can do its work; 503 from the beginning of its stop
 */
export function createOperatorServer({
  tls,
  token,
  db,
  work,
  metrics,
  stopping,
  log,
}: {
  tls: Tls
  token: string
  db: Database
  work: Work
  metrics: Metrics
  stopping: AbortSignal
  log: Logger
}): FastifyInstance {
  const server = Fastify({ https: { ...tls, minVersion: 'TLSv1.3' }, logger: false }) as unknown as FastifyInstance
  answerErrors(server, log)
  const expected = digest(`Bearer ${token}`)
  server.addHook('onRequest', async ({ headers, routeOptions }, reply) => {
    // Whoever spreads the load asks these, and has no token.
    if (routeOptions.url === '/healthz' || routeOptions.url === '/readyz') return
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
  server.get('/v1/operator/totems', async () => ({
    totems: (await heartbeats(db)).map(({ totem, received_at: at, body }) => ({
      totem,
      at: at.toISOString(),
      heartbeat: body,
    })),
  }))
  server.get('/v1/operator/journal', async () => ({
    troubles: (await troubles(db, LIST_LIMIT)).map(({ seen_at: at, ...trouble }) => ({
      ...trouble,
      at: at.toISOString(),
    })),
  }))
  server.post('/v1/operator/redrive', async () => {
    const redriven = await work.redrive()
    log.info({ kind: 'redriven', redriven })
    return { redriven }
  })
  server.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(await metrics.text()))
  server.get('/healthz', async () => ({}))
  server.get('/readyz', async (_request, reply) => reply.code((await isReady()) ? 200 : 503).send({}))
  /** The database was migrated before the gateway listened. */
  async function isReady(): Promise<boolean> {
    if (stopping.aborted) return false
    const late = new AbortController()
    try {
      return await Promise.race([
        sql`select 1`.execute(db).then(() => true),
        delay(READY_MS, false, { signal: late.signal }),
      ])
    } catch {
      return false
    } finally {
      late.abort()
    }
  }
  return server
}

const digest = (text: string) => createHash('sha256').update(text).digest()
