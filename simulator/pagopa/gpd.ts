import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Held, Ledger } from './ledger.ts'
import { positionIn } from './position.ts'

const problem = (reply: FastifyReply, status: number, title: string, detail: string) =>
  reply.code(status).type('application/json').send({ title, status, detail })

interface Path {
  cf: string
  iupd: string
  nav: string
}

/**
 * GPD's payment positions ("Gestione Posizioni Debitorie", OpenAPI file openapi_external_v1 of pagopa-debt-position): of
 * the creditor alone whose subscription key came.
 */
export function positionRoutes(app: FastifyInstance, { ledger, now }: { ledger: Ledger; now: () => Date }): void {
  const one = (params: unknown) => {
    const { cf, iupd } = params as Path
    return ledger.byIupd(cf, iupd)
  }
  const notFound = (reply: FastifyReply) =>
    problem(reply, 404, 'Not found the debt position', 'no position by this iupd')

  app.post('/organizations/:cf/debtpositions', async ({ params, query, body }, reply) => {
    const read = positionIn(body, now())
    if ('wrong' in read) return problem(reply, 400, 'BAD REQUEST', read.wrong)
    const { toPublish } = query as { toPublish?: string }
    const held = ledger.create((params as Path).cf, read.position, toPublish === 'true')
    return held
      ? reply.code(201).send(shown(held))
      : problem(reply, 409, 'Debt position duplicated', 'iupd or nav is taken by another position of this body')
  })
  app.get('/organizations/:cf/debtpositions/:iupd', async ({ params }, reply) => {
    const held = one(params)
    return held ? reply.send(shown(held)) : notFound(reply)
  })
  app.put('/organizations/:cf/debtpositions/:iupd', async ({ params, body }, reply) => {
    const held = one(params)
    if (!held) return notFound(reply)
    const read = positionIn(body, now())
    if ('wrong' in read) return problem(reply, 400, 'BAD REQUEST', read.wrong)
    return ledger.replace(held, read.position) ? reply.send(shown(held)) : conflict(reply, held)
  })
  app.delete('/organizations/:cf/debtpositions/:iupd', async ({ params }, reply) => {
    const held = one(params)
    if (!held) return notFound(reply)
    return ledger.remove(held) ? reply.send({ message: 'Debt position deleted' }) : conflict(reply, held)
  })
  for (const what of ['publish', 'invalidate'] as const)
    app.post(`/organizations/:cf/debtpositions/:iupd/${what}`, async ({ params }, reply) => {
      const held = one(params)
      if (!held) return notFound(reply)
      return ledger[what](held) ? reply.send(shown(held)) : conflict(reply, held)
    })
  app.post('/organizations/:cf/paymentoptions/paids/:nav', async ({ params }, reply) => {
    const held = ledger.byNav((params as Path).nav)
    if (!held) return problem(reply, 404, 'Not found the payment option', 'no option by this nav')
    if (held.status !== 'VALID') return conflict(reply, held)
    ledger.pay(held)
    return reply.send(shown(held).paymentOption[0])
  })
}

const conflict = (reply: FastifyReply, { status }: Held) =>
  problem(reply, 409, 'Operation not allowed in this status', `the position is ${status}`)

/** PaymentPositionModelBaseResponse. */
export function shown({ model, organization, nav, status, insertedDate, publishDate, paymentDate, receipts }: Held) {
  const paid = status === 'PAID'
  const [receipt] = receipts.filter(({ outcome }) => outcome === 'OK')
  return {
    iupd: model.iupd,
    organizationFiscalCode: organization,
    type: model.type,
    companyName: model.companyName,
    insertedDate: insertedDate.toISOString(),
    publishDate: publishDate?.toISOString() ?? null,
    validityDate: model.validityDate ?? publishDate?.toISOString() ?? null,
    paymentDate: paymentDate?.toISOString() ?? null,
    status,
    paymentOption: model.paymentOption.map((option) => ({
      ...option,
      nav,
      organizationFiscalCode: organization,
      paymentDate: paymentDate?.toISOString() ?? null,
      idReceipt: receipt?.receiptId ?? null,
      status: paid ? 'PO_PAID' : 'PO_UNPAID',
    })),
  }
}
