import { randomBytes, randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'

/** Identifies one request at the gate; the reply's headers carry it. */
export interface Transaction {
  id: string
  global: string
}

/** Begins a transaction: from now on the reply has GovWay's headers. */
export function beginTransaction(reply: FastifyReply): Transaction {
  const transaction = { id: randomUUID(), global: randomBytes(12).toString('hex') }
  reply.headers({
    'govway-message-id': randomUUID(),
    'govway-transaction-id': transaction.id,
    'x-global-transaction-id': transaction.global,
  })
  return transaction
}

const PROBLEMS = {
  InteroperabilityInvalidRequest: [400, 'Received request is not conform to the required interoperability profile'],
  InvalidRequestContent: [400, 'Request content not conform to API specification'],
  AuthorizationTokenDeny: [403, 'Insufficient token claims'],
  UndefinedOperation: [404, 'Undefined Operation'],
  NotFound: [404, 'Unknown API Request'],
  LimitExceeded: [429, 'Limit exceeded detected'],
  TooManyRequests: [429, 'Too many requests detected'],
  GatewayError: [503, 'Service temporarily unavailable'],
} as const
export type Problem = keyof typeof PROBLEMS

/** A refusal of GovWay itself (RFC 9457). `detail`: in place of the usual sentence. */
export function govwayProblem(reply: FastifyReply, { id, global }: Transaction, title: Problem, detail?: string) {
  const [status, usual] = PROBLEMS[title]
  // The 404 of an unknown path comes from the appliance in front of GovWay, which has no id of it.
  const trace =
    title === 'NotFound' ? { 'X-Global-Transaction-ID': global, 'Error Code': '0x00d30003' } : { govway_id: id }
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: `https://govway.org/handling-errors/${status}/${title}.html`,
      title,
      status,
      detail: detail ?? usual,
      ...trace,
    })
}
