import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import type { Held, Ledger, Paid } from './ledger.ts'

/** The creditor's station, where receipts are sent. `ca`: PEM file of who vouches for it. */
export interface Station {
  url: string
  ca: string
}

/** How the receipt of a payment comes to the creditor. */
export interface Delivery {
  push: boolean
  pull: boolean
  delayMs: number
  /** So many times over the push way, each the same receipt. */
  times: number
  /** Change of what the receipt says, against what the ledger has. */
  says: Partial<Record<'noticeNumber' | 'paymentAmount', string>>
}
export const PLAIN: Delivery = { push: true, pull: true, delayMs: 0, times: 1, says: {} }

const NAMESPACE = 'http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd'
const PSP = { id: 'PSPTEST1', name: 'Banca di prova', fiscalCode: '99999000013' }
/** A receipt that the creditor's station does not take comes again. */
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000]

const euro = (cents: number) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
const escaped = (value: string) =>
  value.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '')

/** `paSendRTV2Request` of pagoPA's paForNode.xsd. */
function receiptXml({ organization, model, nav }: Held, paid: Paid, says: Delivery['says']): string {
  const [option] = model.paymentOption
  const element = (name: string, value: string) => `<${name}>${escaped(value)}</${name}>`
  const person = (name: string) =>
    `<${name}><uniqueIdentifier>${element('entityUniqueIdentifierType', model.type)}${element('entityUniqueIdentifierValue', model.fiscalCode)}</uniqueIdentifier>${element('fullName', model.fullName)}</${name}>`
  const transfers = (option?.transfer ?? []).map(
    ({ idTransfer, amount, iban, remittanceInformation, category }) =>
      `<transfer>${[
        element('idTransfer', idTransfer),
        element('transferAmount', euro(amount)),
        element('fiscalCodePA', organization),
        element('companyName', model.companyName),
        ...(iban ? [element('IBAN', iban)] : []),
        element('remittanceInformation', remittanceInformation),
        element('transferCategory', category),
      ].join('')}</transfer>`,
  )
  const at = paid.at.toISOString()
  const receipt = [
    element('receiptId', paid.receiptId),
    element('noticeNumber', says.noticeNumber ?? nav),
    element('fiscalCode', organization),
    element('outcome', paid.outcome),
    element('creditorReferenceId', (says.noticeNumber ?? nav).slice(1)),
    element('paymentAmount', says.paymentAmount ?? euro(paid.amount)),
    element('description', option?.description ?? ''),
    element('companyName', model.companyName),
    person('debtor'),
    `<transferList>${transfers.join('')}</transferList>`,
    element('idPSP', PSP.id),
    element('pspFiscalCode', PSP.fiscalCode),
    element('PSPCompanyName', PSP.name),
    element('idChannel', `${PSP.fiscalCode}_01`),
    element('channelDescription', 'app'),
    element('paymentMethod', 'creditCard'),
    element('fee', '0.00'),
    element('paymentDateTime', at.slice(0, 19)),
    element('applicationDate', at.slice(0, 10)),
    element('transferDate', at.slice(0, 10)),
    element('standIn', 'false'),
  ]
  return `<pafn:paSendRTV2Request xmlns:pafn="${NAMESPACE}"><idPA>${organization}</idPA><idBrokerPA>${organization}</idBrokerPA><idStation>${organization}_01</idStation><receipt>${receipt.join('')}</receipt></pafn:paSendRTV2Request>`
}

const envelope = (body: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`

/** Receipts of payments: sent to the creditor's station, and kept to be fetched. */
export async function createReceipts({ pki, ledger, stopped }: { pki: string; ledger: Ledger; stopped: AbortSignal }) {
  const identity = {
    key: await readFile(join(pki, 'pagopa/node.key.pem'), 'utf8'),
    cert: await readFile(join(pki, 'pagopa/node.cert.pem'), 'utf8'),
  }
  let station: (() => Station | null) | null = null
  /** What the station answered, each time: for whoever controls the simulator. */
  const sent: { receiptId: string; answer: string }[] = []
  const fetchable = new Map<string, string>()
  const timers = new Set<NodeJS.Timeout>()
  stopped.addEventListener('abort', () => {
    for (const timer of timers) clearTimeout(timer)
  })
  const later = (ms: number, work: () => void) => {
    if (stopped.aborted) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timers.add(timer)
  }

  async function push(paid: Paid, xml: string, tried = 0): Promise<void> {
    const answer = await post(station?.() ?? null, xml, identity).catch(
      (reason: NodeJS.ErrnoException) => `no answer: ${reason.code}`,
    )
    sent.push({ receiptId: paid.receiptId, answer })
    const again = RETRY_MS[tried]
    // A refusal by name is an answer: the node sends such a receipt no more.
    if (answer !== 'OK' && !answer.startsWith('PAA_') && again !== undefined)
      later(again, () => void push(paid, xml, tried + 1))
  }

  return {
    sent: () => sent,
    sendTo(to: () => Station | null) {
      station = to
    },
    deliver(held: Held, paid: Paid, { push: pushed, pull, delayMs, times, says }: Delivery) {
      const xml = receiptXml(held, paid, says)
      later(delayMs, () => {
        if (pull && paid.outcome === 'OK') fetchable.set(`${held.organization} ${held.nav.slice(1)}`, xml)
        if (pushed) for (let time = 0; time < times; time++) later(time * 50, () => void push(paid, envelope(xml)))
      })
    },
    /** The receipts that creditors fetch (OpenAPI file of pagopa-gpd-payments). */
    routes(app: FastifyInstance) {
      app.get('/payments/:cf/receipts/:iuv', async ({ params }, reply) => {
        const { cf, iuv } = params as { cf: string; iuv: string }
        const xml = fetchable.get(`${cf} ${iuv}`)
        if (xml !== undefined) return reply.type('application/xml').send(xml)
        const known = ledger.byIuv(cf, iuv)
        return known?.status === 'PAID'
          ? reply
              .code(422)
              .send({ title: 'Unprocessable receipt', status: 422, detail: 'the receipt is not there yet' })
          : reply.code(404).send({ title: 'Receipt not found', status: 404, detail: 'no receipt by this iuv' })
      })
    },
  }
}
export type Receipts = Awaited<ReturnType<typeof createReceipts>>

/** What the station said: OK, or its fault code. */
async function post(station: Station | null, xml: string, identity: { key: string; cert: string }): Promise<string> {
  if (!station) return 'no station'
  const ca = await readFile(station.ca, 'utf8')
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/xml; charset=utf-8', soapaction: '"paSendRTV2"' }
    request(station.url, { method: 'POST', headers, ...identity, ca, agent: false, timeout: 10_000 }, (answer) => {
      text(answer).then((said) => {
        if (answer.statusCode === 200 && /<outcome>OK<\/outcome>/.test(said)) resolve('OK')
        else resolve(/<faultCode>(\w+)<\/faultCode>/.exec(said)?.[1] ?? `HTTP ${answer.statusCode}`)
      }, reject)
    })
      .on('timeout', function (this: { destroy(): void }) {
        this.destroy()
      })
      .on('error', reject)
      .end(xml)
  })
}
