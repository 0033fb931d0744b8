import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import type { Logger } from 'pino'
import type { z } from 'zod'
import { type Problem, problem, type RefusalKind } from '../../contract/gateway.ts'
import type { Result } from '../../contract/result.ts'
import { isDatabaseAway } from '../store/away.ts'

/** A fail-over takes some seconds. */
const AGAIN_S = 5
const STATUS: Partial<Record<RefusalKind, number>> = {
  'request-malformed': 400,
  'session-expired': 401,
  'anpr-unavailable': 503,
}

export const malformed: Problem = { kind: 'request-malformed', anpr: null }

/** Every refusal leaves as a `problem`, and says nothing else. */
export const refuse = (reply: FastifyReply, refused: Problem, status = STATUS[refused.kind] ?? 403) =>
  reply.code(status).send(problem.parse(refused))

/**
 * Sends a result. The answer is parsed by its contract too, so that no field slips out. `write`: its JSON, where
 * JSON.stringify is not good enough.
 */
export function answer<T>(
  reply: FastifyReply,
  { answer: schema, status = 200, write }: { answer: z.ZodType<T>; status?: number; write?: (told: T) => string },
  result: Result<T, Problem>,
) {
  if (!result.ok) return refuse(reply, result.error)
  const told = schema.parse(result.value)
  return write
    ? reply.code(status).type('application/json; charset=utf-8').send(write(told))
    : reply.code(status).send(told)
}

/**
 * Answers what a handler did not. A request that fastify turns away (too large, no JSON) is the caller's fault. A read
 * that found no database may come again. After a write that found none, nobody knows what was done. Anything else is a
 * bug, of which only the log hears.
 */
export function answerErrors(server: FastifyInstance, log: Logger): void {
  server.setNotFoundHandler((_request, reply) => refuse(reply, malformed, 404))
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode = 500, name, code } = error
    if (statusCode < 500) return refuse(reply, malformed, statusCode)
    const { url: route } = request.routeOptions
    if (request.method === 'GET' && isDatabaseAway(error)) {
      log.warn({ kind: 'database-away', route, code })
      return reply.code(503).header('retry-after', AGAIN_S).send()
    }
    log.error({ kind: 'request-failed', route, name, code })
    return reply.code(500).send()
  })
}
