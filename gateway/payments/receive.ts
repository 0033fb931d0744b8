import type { Logger } from 'pino'
import type { Routes } from '../http/route.ts'
import type { Notices } from './notices.ts'
import { type Receipt, receiptIn } from './receipt.ts'

/** What became of a receipt, for the metric. */
export type Received = 'taken' | 'repeated' | 'refund' | 'unknown' | 'ignored'

/** Takes a receipt in, whichever way it came. `body`: our own codice fiscale; a receipt of another body is none of ours. */
export const hearReceipts =
  ({
    notices,
    body,
    log,
    onReceived,
  }: {
    notices: Notices
    body: string
    log: Logger
    onReceived(received: Received): void
  }) =>
  async (receipt: Receipt): Promise<Received> => {
    const received = receipt.body === body ? await notices.heard(receipt) : 'unknown'
    if (received === 'unknown') log.error({ kind: 'receipt-unknown', receipt: receipt.id })
    if (received === 'refund') log.error({ kind: 'refund-asked', receipt: receipt.id })
    if (received === 'taken') log.info({ kind: 'receipt-taken', receipt: receipt.id })
    onReceived(received)
    return received
  }

const PREFIX = 'http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd'
const envelope = (inner: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><paf:paSendRTV2Response xmlns:paf="${PREFIX}">${inner}</paf:paSendRTV2Response></soapenv:Body></soapenv:Envelope>`
const accepted = envelope('<outcome>OK</outcome>')
const fault = (code: string, text: string, id: string) =>
  envelope(
    `<outcome>KO</outcome><fault><faultCode>${code}</faultCode><faultString>${text}</faultString><id>${id}</id></fault>`,
  )

/**
 * `paSendRTV2` of pagoPA's paForNode: a receipt is answered OK when it is on the disk, and so is one that comes again.
 * Without that answer pagoPA sends it once more.
 */
export const receiptRoutes =
  ({ hear, body }: { hear(receipt: Receipt): Promise<Received>; body: string }): Routes =>
  (server) => {
    server.post('/v1/receipts', async (request, reply) => {
      reply.type('text/xml; charset=utf-8')
      const read = receiptIn(typeof request.body === 'string' ? request.body : '')
      if (!read.ok) return fault('PAA_SINTASSI_XSD', 'the receipt cannot be read', body)
      const received = await hear(read.value)
      return received === 'unknown' ? fault('PAA_PAGAMENTO_SCONOSCIUTO', 'no such notice', body) : accepted
    })
  }
