import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { dump } from 'js-yaml'
import { z } from 'zod'
import * as enrolment from '../contract/enrolment.ts'
import * as operators from '../contract/operators.ts'

const FILE = fileURLToPath(new URL('../contract/openapi/enrolment.yaml', import.meta.url))

type Route = [path: string, summary: string, asks: z.ZodType | null, answers: z.ZodType]
const machines: Route[] = [
  ['/v1/enrolment/begin', 'Shows a machine and the code of an order', enrolment.beginning, enrolment.begun],
  ['/v1/enrolment/finish', 'Proves the machine, and gets what it needs', enrolment.finishing, enrolment.finished],
  [
    '/v1/enrolment/renewal',
    'A nonce, for a totem whose certificate has ended',
    enrolment.renewalAsked,
    enrolment.renewalNonce,
  ],
  ['/v1/enrolment/renewed', 'A new certificate for the same key', enrolment.renewing, enrolment.renewed],
]
const totems: Route[] = [
  ['/v1/certificate/renewal', 'A nonce', enrolment.renewalAsked, enrolment.renewalNonce],
  ['/v1/certificate/renewed', 'A new certificate for the same key', enrolment.renewing, enrolment.renewed],
]
const overseers: Route[] = [
  ['/v1/operator/orders', 'The orders for totems, newest first', null, operators.operatedOrders],
  ['/v1/operator/orders', 'Orders places for new totems', operators.ordersWished, operators.ordersMade],
  ['/v1/operator/orders/withdraw', 'Takes an order back', operators.orderNamed, operators.orderWithdrawn],
  ['/v1/operator/enrolled', 'The totems that were enrolled', null, operators.operatedEnrolled],
  ['/v1/operator/enrolled/withdraw', 'Lets a totem in no more', operators.totemNamed, operators.totemWithdrawn],
]

/** contract/openapi/enrolment.yaml: the registrar's questions, for who writes another client; made of the contract's own schemas. */
export function enrolmentDescription(): string {
  const paths: Record<string, Record<string, object>> = {}
  for (const [routes, security] of [
    [machines, []],
    [totems, [{ totem: [] }]],
    [overseers, [{ operator: [] }]],
  ] as const)
    for (const [path, summary, asks, answers] of routes)
      paths[path] = {
        ...paths[path],
        [asks ? 'post' : 'get']: {
          ...{ summary, security },
          ...(asks && { requestBody: { required: true, content: content(asks, 'input') } }),
          responses: {
            200: {
              description: 'The answer; a refusal of the registrar is one too',
              content: content(answers, 'output'),
            },
            400: { description: 'The question is not in the contract' },
            ...(security.length > 0 && { 403: { description: 'This caller may not ask that' } }),
          },
        },
      }
  const description = {
    openapi: '3.1.0',
    info: {
      title: 'Totem Polis: registrar',
      version: '1',
      description: 'scripts/enrolment-openapi.ts makes this file. gateway/README.md says what is proved.',
    },
    servers: [{ url: 'https://gateway.example:8445', description: 'Enrolment door; the others have their own' }],
    paths,
    components: {
      securitySchemes: {
        totem: { type: 'mutualTLS', description: 'The certificate of a totem' },
        operator: { type: 'http', scheme: 'bearer', description: 'The token of an operator' },
      },
    },
  }
  return dump(description, { lineWidth: 120, noRefs: true })
}

function content(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return { 'application/json': { schema: described } }
}

if (import.meta.main) writeFileSync(FILE, enrolmentDescription())
