import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import type { PagopaAccess } from './access.ts'
import { createCheckout } from './checkout.ts'
import { type Acts, controls, createActs } from './control.ts'
import { createFaults, type PagopaFault } from './faults.ts'
import { positionRoutes, shown } from './gpd.ts'
import { createLedger, type Paid } from './ledger.ts'
import { createReceipts, PLAIN, type Receipts } from './receipts.ts'

export interface Pagopa {
  /** The simulator's own door, in plain HTTP (control.ts). */
  controlUrl: string
  access: PagopaAccess
  setFault(fault: PagopaFault): void
  /** Where receipts are sent, asked each time; null: nowhere now. */
  sendReceiptsTo: Receipts['sendTo']
  /** Every receipt sent, with the station's answer. */
  sent: Receipts['sent']
  pay: Acts['pay']
  expire: Acts['expire']
  invalidate: Acts['invalidate']
  /** Every position, as GPD shows it. */
  positions(): ReturnType<typeof shown>[]
  /** Every payment that a PSP has made. */
  paid(): Paid[]
  stop(): Promise<void>
}

export interface PagopaOptions {
  /** Of the platform (HTTPS) and of the simulator's own door; 0 takes a free one. */
  port: number
  controlPort?: number
  /** Folder of the test keys (simulator/pki). */
  pki: string
  now?: () => Date
}

/** A body of nobody: its codice fiscale passes the check digit of a partita IVA. */
const CREDITOR = {
  codiceFiscale: '99999000013',
  name: 'Ente creditore di prova',
  iban: 'IT60X0542811101000000123456',
  taxonomy: '9/0101100IM/',
  segregationCode: '01',
}
const GPD = '/gpd/debt-positions-service/v1'
const RECEIPTS = '/gpd/payments-receipts-service/v1'
const CHECKOUT = '/checkout/ec/v1'

/**
 * A stand-in for pagoPA's platform on loopback: payment positions, receipts, Checkout with the page that a phone opens.
 * Written from pagoPA's OpenAPI files and its technical rules (SANP); no client of this project was looked at for it.
 */
export async function startPagopa({
  port,
  controlPort = 0,
  pki,
  now = () => new Date(),
}: PagopaOptions): Promise<Pagopa> {
  const file = (name: string) => readFile(join(pki, name), 'utf8')
  const key = (await file('pagopa/subscription-key')).trim()
  const stopped = new AbortController()
  const faults = createFaults(stopped.signal)
  const ledger = createLedger(now)
  const receipts = await createReceipts({ pki, ledger, stopped: stopped.signal })
  const acts = createActs({ ledger, receipts, stopped: stopped.signal })
  let origin = ''
  const checkout = createCheckout({
    ledger,
    origin: () => origin,
    pay: (held) => receipts.deliver(held, ledger.pay(held), PLAIN),
  })

  const platform = Fastify({
    https: { key: await file('pagopa/server.key.pem'), cert: await file('pagopa/server.cert.pem') },
    forceCloseConnections: true,
  })
  platform.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    payload.on('end', () => done(null, null))
  })
  await platform.register(async (scope) => positionRoutes(asCreditor(scope), { ledger, now }), { prefix: GPD })
  await platform.register(async (scope) => receipts.routes(asCreditor(scope)), { prefix: RECEIPTS })
  await platform.register(async (scope) => checkout.api(asCreditor(scope)), { prefix: CHECKOUT })
  await platform.register(async (scope) => checkout.pages(scope))
  await platform.listen({ host: '127.0.0.1', port })
  origin = `https://127.0.0.1:${portOf(platform.server)}`

  /** Before each call of a creditor its key is looked at, and afterwards the fault that is switched on acts. */
  function asCreditor(app: FastifyInstance): FastifyInstance {
    app.addHook('onRequest', async (request, reply) => {
      const fault = faults.take()
      if (fault.kind === 'unavailable') return reply.code(503).send()
      if (fault.kind === 'too-many')
        return reply
          .code(429)
          .header('retry-after', fault.retryAfterS)
          .send({ statusCode: 429, message: 'Rate limit is exceeded.' })
      if (fault.kind === 'slow') await faults.wait(fault.ms)
      if (request.headers['ocp-apim-subscription-key'] !== key)
        return reply.code(401).send({ statusCode: 401, message: 'Access denied due to missing subscription key.' })
      Object.assign(reply, { fault })
    })
    app.addHook('onSend', async (_request, reply, payload) => {
      const { fault } = reply as { fault?: PagopaFault }
      if (fault?.kind === 'late-answer') await faults.wait(fault.ms)
      if (fault?.kind === 'cut') reply.raw.destroy()
      if (fault?.kind === 'garbage') return '{"iupd":'
      if (fault?.kind !== 'error-after-acting') return payload
      reply.code(500).removeHeader('location')
      return JSON.stringify({ title: 'INTERNAL SERVER ERROR', status: 500, detail: '' })
    })
    return app
  }

  const access: PagopaAccess = {
    positionsUrl: origin + GPD,
    receiptsUrl: origin + RECEIPTS,
    checkoutUrl: origin + CHECKOUT,
    subscriptionKey: join(pki, 'pagopa/subscription-key'),
    ca: join(pki, 'pagopa/ca.pem'),
    nodeCa: join(pki, 'pagopa/ca.pem'),
    creditor: CREDITOR,
  }
  const control = Fastify({ forceCloseConnections: true })
  await control.register(async (scope) => controls(scope, { ledger, receipts, faults, acts, access }), {
    prefix: '/simulator',
  })
  await control.listen({ host: '127.0.0.1', port: controlPort })
  return {
    controlUrl: `http://127.0.0.1:${portOf(control.server)}`,
    access,
    setFault: faults.set,
    sendReceiptsTo: receipts.sendTo,
    sent: receipts.sent,
    ...acts,
    positions: () => ledger.all().map(shown),
    paid: () => ledger.all().flatMap(({ receipts: made }) => made),
    async stop() {
      stopped.abort()
      await Promise.all([platform.close(), control.close()])
    },
  }
}

const portOf = (server: Server) => (server.address() as AddressInfo).port
