import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../basics/time.ts'
import { audienceOf, E_SERVICES, type EService, GATE, pathOf } from '../e-services.ts'
import type { Faults } from '../faults.ts'
import type { Inner } from '../inner.ts'
import { createSeen } from '../jws.ts'
import { type Finding, finding, type Log } from '../log.ts'
import type { KnownClients, Offer, Purpose } from '../pdnd/registry.ts'
import { contentFault } from './content.ts'
import { evidenceFinding, evidenceWarning } from './evidence.ts'
import { digestFinding, signatureFinding } from './integrity.ts'
import { beginTransaction, govwayProblem, type Problem, type Transaction } from './problem.ts'
import { createQuotas, limitHeaders } from './quota.ts'
import { type Authorised, authorise, type PdndKeys, readVoucher } from './voucher.ts'

export interface GateParts {
  /** The gate's own address: what stands before `/C030-…`. */
  url: () => string
  clients: KnownClients
  keys: PdndKeys
  inner: Inner
  faults: Faults
  log: Log
  now: Clock
}

/** Of two of these Node would give the first. */
const ONCE = ['authorization', 'content-type', 'content-encoding', 'digest', 'dpop']

/** A refusal: what is told outside, and what is true. */
interface Refusal {
  problem: Problem
  found: Finding
  detail?: string
}

/**
 * ANPR's interoperability gate (GovWay with the ModI profile) in front of every e-service. Whatever a client does wrong,
 * it hears the same sentence; the true reason stands in the simulator's log.
 */
export function gate(app: FastifyInstance, parts: GateParts): void {
  const { clients, keys, inner, faults, log, now } = parts
  const quotas = createQuotas()
  const usedProofs = createSeen()
  const usedSignatures = createSeen()
  const stamp = () => ({ at: now().toISOString(), where: 'gate' }) as const

  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const transaction = beginTransaction(reply)
    const ours = (error.statusCode ?? 500) >= 500
    const found = finding('request', ours ? (error.stack ?? error.message) : error.message)
    log.write({ ...stamp(), outcome: 'refused', ...found, service: '', id: transaction.id })
    return govwayProblem(reply, transaction, ours ? 'GatewayError' : 'InteroperabilityInvalidRequest')
  })

  app.all(`${GATE}/*`, async (request, reply) => {
    const transaction = beginTransaction(reply)
    const path = request.url.slice(GATE.length)
    const service = E_SERVICES.find((one) => path.startsWith(`${pathOf(one)}/`))
    const offer = service && clients.offer(service.code)
    if (!service || !offer) return govwayProblem(reply, transaction, 'NotFound')
    const operation = path.slice(pathOf(service).length)
    const write = (outcome: 'accepted' | 'refused' | 'warned', found: Finding) =>
      log.write({ ...stamp(), outcome, ...found, service: service.code, id: transaction.id })

    const line = faults.take(service.code, 'unavailable', 'slow', 'unknown-path', 'question-wrong')
    if (line?.kind === 'unavailable') return govwayProblem(reply, transaction, 'GatewayError')
    if (line?.kind === 'unknown-path') return govwayProblem(reply, transaction, 'NotFound')
    if (line?.kind === 'question-wrong') return govwayProblem(reply, transaction, 'InvalidRequestContent')
    if (line?.kind === 'slow') await faults.wait(line.ms)

    const isStatus = request.method === 'GET' && operation === '/status'
    if (!isStatus && !inner.offers(service, request.method, operation)) {
      write('refused', finding('undefined-operation', `${request.method} ${operation.split('?')[0]}`))
      return govwayProblem(reply, transaction, 'UndefinedOperation')
    }
    const judged = await judge(request, service, offer)
    if ('problem' in judged) return refuse(reply, transaction, judged, write)

    const over = overLimit(judged.purpose, service, reply)
    if (over) return refuse(reply, transaction, over, write)
    const body = bodyOf(request)
    const isEmpty = request.method !== 'POST' && body.length === 0
    const unfit = isEmpty ? null : contentFault(operation, request.headers['content-type'], body)
    if (unfit)
      return refuse(reply, transaction, { problem: 'InvalidRequestContent', found: unfit, detail: unfit.text }, write)
    const warning = evidenceWarning(request.headers['agid-jwt-trackingevidence'])
    if (warning) write('warned', warning)
    write('accepted', finding('accepted', `${request.method} ${operation.split('?')[0]}`))
    // The Ministry's files document it so.
    if (isStatus) return reply.type('application/problem+json').send({ idOperazioneANPR: '0', listaErrori: [] })
    const answer = await inner.answer({ service, method: request.method, operation, body })
    if (!answer) {
      request.raw.socket.destroy()
      return reply
    }
    return reply.code(answer.status).type(answer.type).send(answer.body)
  })

  async function judge(request: FastifyRequest, service: EService, offer: Offer): Promise<Authorised | Refusal> {
    const { method, headers } = request
    const twice = ONCE.find((name) => (request.raw.headersDistinct[name]?.length ?? 0) > 1)
    if (twice) {
      const found = finding('header-twice', `${twice} is sent twice: which one counts, nobody has signed`)
      return { problem: 'InteroperabilityInvalidRequest', found }
    }
    const nowMs = +now()
    const audience = offer.audience ?? audienceOf(parts.url(), service)
    const url = parts.url() + (request.url.slice(GATE.length).split('?')[0] ?? '')
    const carrier = { authorization: headers.authorization, dpop: oneOf(headers.dpop), method, url }
    const voucher = await readVoucher(carrier, { keys, offer, usedProofs, nowMs })
    if ('cause' in voucher) return { problem: 'InteroperabilityInvalidRequest', found: voucher }
    const authorised = authorise(voucher, { clients, code: service.code, offer, audience })
    if ('cause' in authorised) return { problem: 'AuthorizationTokenDeny', found: authorised }
    const expected = { client: authorised.client, audience, nowMs }
    const body = bodyOf(request)
    const found =
      digestFinding(headers.digest, body) ??
      (await evidenceFinding(headers['agid-jwt-trackingevidence'], voucher, expected)) ??
      (await signatureFinding({ headers, hasBody: body.length > 0 }, usedSignatures, expected))
    return found ? { problem: 'InteroperabilityInvalidRequest', found } : authorised
  }

  function overLimit(purpose: Purpose, service: EService, reply: FastifyReply): Refusal | null {
    const fault = faults.take(service.code, 'daily-limit', 'rate-limit')
    const turn = fault
      ? {
          over: fault.kind === 'daily-limit' ? 'daily' : 'rate',
          headers: limitHeaders(purpose.dailyCalls, fault.kind === 'daily-limit' ? 0 : purpose.dailyCalls, now()),
        }
      : quotas.take(purpose, now())
    reply.headers(turn.headers)
    if (turn.over === 'daily')
      return { problem: 'LimitExceeded', found: finding('daily-limit', 'the calls of this day are used up') }
    if (turn.over === 'rate')
      return { problem: 'TooManyRequests', found: finding('rate-limit', 'the calls of this second are used up') }
    return null
  }
}

function refuse(
  reply: FastifyReply,
  transaction: Transaction,
  { problem, found, detail }: Refusal,
  write: (outcome: 'refused', found: Finding) => void,
) {
  write('refused', found)
  return govwayProblem(reply, transaction, problem, detail)
}

const bodyOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))
const oneOf = (header: string | string[] | undefined) => (Array.isArray(header) ? header.join(', ') : header)
