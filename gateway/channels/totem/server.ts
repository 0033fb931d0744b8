import { createReadStream } from 'node:fs'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { type Clock, MINUTE_MS } from '../../../basics/time.ts'
import { evidence } from '../../../contract/evidence.ts'
import {
  familySheet,
  journalBatch,
  journalReceipt,
  operationList,
  outcomePage,
  outcomeQuery,
  preview,
  previewRequest,
  session,
  status,
  submission,
  submissionResult,
  visuraAnswer,
} from '../../../contract/gateway.ts'
import { gatewayKeysAnswer } from '../../../contract/gateway-keys.ts'
import { heartbeat } from '../../../contract/heartbeat.ts'
import { ok } from '../../../contract/result.ts'
import { trustBundle } from '../../../contract/trust.ts'
import type { Sessions } from '../../citizen/session.ts'
import { keepHeartbeat } from '../../fleet/heartbeats.ts'
import { speakGzip } from '../../http/encoding.ts'
import { type Pressure, relievePressure } from '../../http/pressure.ts'
import { answer, answerErrors, malformed, refuse } from '../../http/problems.ts'
import { takeIn } from '../../journal/intake.ts'
import type { Keyring } from '../../keys/keyring.ts'
import type { Metrics } from '../../metrics.ts'
import type { Intake } from '../../operations/intake.ts'
import type { Outcomes } from '../../operations/outcomes.ts'
import { list } from '../../store/operations.ts'
import type { Database } from '../../store/schema.ts'
import type { TrustKeeper } from '../../trust/keeper.ts'
import type { Totems } from './totems.ts'

declare module 'fastify' {
  interface FastifyRequest {
    totem: string | null
  }
}

export interface Tls {
  key: string
  cert: string
}

const KB = 1024
/** Evidence with its certificate is some 4 KB. */
const BODY_LIMIT = 64 * KB
/** Fifty sealed requests of at most 100,000 characters. */
const OPERATIONS_LIMIT = 5_500 * KB
/** Five hundred entries of under 2 KB. */
const JOURNAL_LIMIT = 1_000 * KB
/** A backlog, a log: nobody looks at the screen for it. */
const PATIENT = { patient: true }
/** `GET /v1/operations`: more than a totem has asked in weeks. */
const LIST_LIMIT = 1_000

/** What totems call (contract/gateway.ts), over mutual TLS: without a totem's certificate the handshake fails. */
export function createTotemServer({
  tls,
  clientCa,
  totems,
  sessions,
  intake,
  outcomes,
  trust,
  keys,
  metrics,
  pressure,
  db,
  version,
  now,
  log,
}: {
  tls: Tls
  clientCa: string
  totems: Totems
  sessions: Sessions
  intake: Intake
  outcomes: Outcomes
  trust: TrustKeeper
  keys: Pick<Keyring, 'list' | 'signAnchor' | 'anchors'>
  db: Database
  metrics: Metrics
  pressure: Pressure
  version: string
  now: Clock
  log: Logger
}): FastifyInstance {
  const server = Fastify({
    https: { ...tls, ca: clientCa, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    bodyLimit: BODY_LIMIT,
    logger: false,
    // `relievePressure` says it, with when to come again.
    return503OnClosing: false,
    // A totem sends headers and body at once; a slow one must not hold a socket for ever.
    requestTimeout: 30_000,
    // Of a totem that says something each minute, late: a new connection costs more than ten questions on an old one.
    keepAliveTimeout: 3 * MINUTE_MS,
  }) as unknown as FastifyInstance
  answerErrors(server, log)
  server.decorateRequest('totem', null)
  server.addHook('onRequest', async (request, reply) => {
    request.totem = totems.of(request)
    if (request.totem) return
    log.warn({ kind: 'totem-unknown' })
    return refuse(reply, malformed, 403)
  })
  relievePressure(server, pressure)
  speakGzip(server)
  server.addHook('onResponse', async (request, reply) => {
    const { url: route } = request.routeOptions
    log.info({ kind: 'request', totem: request.totem, route, status: reply.statusCode, ms: reply.elapsedTime })
  })

  server.get('/v1/status', async (_request, reply) => answer(reply, status, ok({ at: now().toISOString(), version })))

  server.post('/v1/sessions', async (request, reply) => {
    const body = evidence.safeParse(request.body)
    if (!body.success) return refuse(reply, malformed)
    return answer(reply, session, await sessions.open(totemOf(request), body.data), 201)
  })

  server.get('/v1/sessions/current/family', async (request, reply) =>
    answer(reply, familySheet, await sessions.family(totemOf(request), bearer(request))),
  )

  server.get('/v1/sessions/current/visura', async (request, reply) =>
    answer(reply, visuraAnswer, await sessions.visura(totemOf(request), bearer(request))),
  )

  server.post('/v1/previews', async (request, reply) => {
    const body = previewRequest.safeParse(request.body)
    if (!body.success) return refuse(reply, malformed)
    return answer(reply, preview, await sessions.preview(totemOf(request), bearer(request), body.data))
  })

  server.post('/v1/operations', { bodyLimit: OPERATIONS_LIMIT, config: PATIENT }, async (request, reply) => {
    const body = submission.safeParse(request.body)
    if (!body.success) return refuse(reply, malformed)
    const results = await intake(totemOf(request), body.data.items)
    for (const { state } of results) metrics.submitted(state)
    return answer(reply, submissionResult, ok({ results }))
  })

  server.get('/v1/operations', async (request, reply) => {
    const rows = await list(db, { totem: totemOf(request) }, LIST_LIMIT)
    const listed = rows.map(({ id, state, received_at, settled_at }) => ({
      operation: id,
      state,
      at: (settled_at ?? received_at).toISOString(),
    }))
    return answer(reply, operationList, ok({ operations: listed }))
  })

  server.get('/v1/outcomes', { config: { sealed: true } }, async (request, reply) => {
    const query = outcomeQuery.safeParse(request.query)
    if (!query.success) return refuse(reply, malformed)
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const { after, wait: waitS } = query.data
    return answer(reply, outcomePage, ok(await outcomes.page(totemOf(request), { after, waitS }, gone.signal)))
  })

  server.post('/v1/heartbeat', { config: PATIENT }, async (request, reply) => {
    const body = heartbeat.safeParse(request.body)
    if (!body.success) return refuse(reply, malformed)
    await keepHeartbeat(db, totemOf(request), body.data, now())
    return answer(reply, status, ok({ at: now().toISOString(), version }))
  })

  server.post('/v1/journal', { bodyLimit: JOURNAL_LIMIT, config: PATIENT }, async (request, reply) => {
    const body = journalBatch.safeParse(request.body)
    if (!body.success) return refuse(reply, malformed)
    return answer(reply, journalReceipt, ok(await takeIn({ db, keys, now, log }, totemOf(request), body.data)))
  })

  server.get('/v1/keys', async (_request, reply) => answer(reply, gatewayKeysAnswer, ok({ list: keys.list })))

  server.get('/v1/trust', async (_request, reply) => answer(reply, trustBundle, ok(trust.bundle())))

  server.get('/v1/trust/crls/:sha256', async (request, reply) => {
    const { sha256 } = request.params as { sha256: string }
    const crl = trust.crl(sha256)
    if (!crl) return refuse(reply, malformed, 404)
    return reply.type('application/pkix-crl').header('content-length', crl.bytes).send(createReadStream(crl.path))
  })
  return server
}

function totemOf({ totem }: FastifyRequest): string {
  if (!totem) throw new Error('a request got past the door without a totem')
  return totem
}

/** An absent token is an unknown one. */
const bearer = ({ headers }: FastifyRequest): string => /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
