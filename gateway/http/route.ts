import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Caller, CallerAt, Channel } from '../../contract/caller.ts'
import type { Problem } from '../../contract/gateway.ts'
import type { Result } from '../../contract/result.ts'
import type { Operator } from '../settings/operators.ts'
import { answer, malformed, refuse } from './problems.ts'

/** Why a signal of `gone` is aborted. Without one Node makes an exception with its stack for each answer. */
const CLOSED = 'closed'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller whom the door has proved; null where it proves nobody. */
    caller: Caller | null
    /** The operator whose token the operators' door has found; null everywhere else. */
    operator: Operator | null
  }
}

/** A room offers these to any door that mounts them (`mount`). */
export type Routes = (server: FastifyInstance) => void

/** What a handler gets: the route has parsed it by its own schemas. */
export interface Ask<B = unknown, Q = unknown, C extends Channel = Channel> {
  body: B
  query: Q
  readonly caller: CallerAt<C>
  /** The token of `Authorization: Bearer`. No token is the empty text, which is nobody's. */
  readonly bearer: string
  /** The name of the operator who asks, at the operators' door. */
  readonly operator: string | null
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal
}

interface RouteSchema<B, Q, A, C extends Channel> {
  method: 'GET' | 'POST'
  path: `/${string}`
  /** Only callers of this channel may ask; without it every caller may. */
  from?: C
  body?: z.ZodType<B>
  query?: z.ZodType<Q>
  answer: z.ZodType<A>
  /** The JSON of the answer: that of JSON.stringify without it. */
  write?: (answer: A) => string
  /** HTTP status of a good answer: 200 without it. */
  status?: number
  bodyLimit?: number
  config?: FastifyContextConfig
  /** Which problem a body is that the schema does not take: `request-malformed` without it. */
  misread?: (body: unknown) => Problem
}

/**
 * One question of a room: its schemas with its handler. The body is parsed before the handler sees it, and the answer
 * before it leaves, so that no field slips out. The room does not know which door mounts it.
 *
 *   route({ method: 'GET', path: '/status', answer: status }, async () => ok({ at, version }))
 */
export const route =
  <A, B = undefined, Q = undefined, C extends Channel = Channel>(
    { method, path, from, body, query, bodyLimit, config, misread, ...told }: RouteSchema<B, Q, A, C>,
    handle: (ask: Ask<B, Q, C>) => Promise<Result<A, Problem>>,
  ): Routes =>
  (server) => {
    server.route({
      method,
      url: path,
      ...(bodyLimit !== undefined && { bodyLimit }),
      ...(config && { config }),
      async handler(request, reply) {
        // SECURITY: a door that mounts the wrong room by mistake lets nobody into it.
        if (from !== undefined && request.caller?.channel !== from) return refuse(reply, malformed, 403)
        const asked = body?.safeParse(request.body)
        if (asked?.success === false) return refuse(reply, misread?.(request.body) ?? malformed)
        const queried = query?.safeParse(request.query)
        if (queried?.success === false) return refuse(reply, malformed)
        const ask = askOf<B, Q, C>(request, reply, asked?.data as B, queried?.data as Q)
        return answer(reply, told, await handle(ask))
      },
    })
  }

/** Several routes as one. */
export const routes =
  (...each: Routes[]): Routes =>
  (server) => {
    for (const one of each) one(server)
  }

/** Puts rooms behind a door, under a prefix of their paths. */
export function mount(server: FastifyInstance, prefix: string, ...rooms: Routes[]): void {
  server.register(async (scope) => routes(...rooms)(scope), { prefix })
}

/** The token of `Authorization: Bearer`; the empty text without one. */
export const bearerOf = ({ headers }: FastifyRequest): string =>
  /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''

/** Getters: most handlers need the caller and nothing else. */
const askOf = <B, Q, C extends Channel>(
  request: FastifyRequest,
  reply: FastifyReply,
  body: B,
  query: Q,
): Ask<B, Q, C> => ({
  body,
  query,
  get caller() {
    if (!request.caller) throw new Error('a request got past the door without a caller')
    return request.caller as CallerAt<C>
  },
  get bearer() {
    return bearerOf(request)
  },
  get operator() {
    return request.operator?.name ?? null
  },
  get gone() {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort(CLOSED))
    return gone.signal
  },
})
