import { Agent, request } from 'undici'
import { z } from 'zod'
import { err, ok, type Result } from '../../contract/result.ts'
import { iuvOf } from './notice.ts'
import { type Receipt, receiptIn } from './receipt.ts'

/** One of pagoPA's interfaces: its address up to the version, and our subscription key for it. */
export interface Api {
  url: string
  key: string
}

export interface PagopaAccess {
  positions: Api
  receipts: Api
  checkout: Api
  /** PEM of a private authority; null: the public ones. */
  ca: string | null
  creditor: { codiceFiscale: string; name: string; iban: string; taxonomy: string; contact: string | null }
  /** Where Checkout leads a phone when it is done; it proves nothing. */
  returnUrl: string
  timeoutMs: number
}

/**
 * Why pagoPA did not do what it was asked. `payment-away`: nobody knows whether it did. `payment-busy`: it did not.
 * `payment-refused`: it never will, as long as we ask so: an operator looks. `conflict` and `absent`: 409 and 404.
 */
export type PagopaFailure =
  | { kind: 'payment-away' | 'payment-refused' | 'payment-unreadable'; reason: string }
  | { kind: 'payment-busy'; reason: string; retryMs: number }
  | { kind: 'conflict' | 'absent' }

/** A notice as a position of GPD. */
export interface Position {
  id: string
  notice: string
  cents: number
  dueAt: Date
}
export type PositionStatus =
  | 'DRAFT'
  | 'PUBLISHED'
  | 'VALID'
  | 'INVALID'
  | 'EXPIRED'
  | 'PARTIALLY_PAID'
  | 'PAID'
  | 'REPORTED'

type Answer<T> = Promise<Result<T, PagopaFailure>>
export interface PagopaClient {
  create(position: Position): Answer<null>
  /** The position's state; `payment-refused` where what is there is another one than ours. */
  read(position: Position): Answer<PositionStatus>
  invalidate(position: Position): Answer<null>
  receipt(position: Position): Answer<Receipt>
  /** The address of the page where a phone pays. */
  checkout(position: Position): Answer<string>
  close(): Promise<void>
}

const CONNECTIONS = 8
const MAX_ANSWER_BYTES = 512 * 1024
const LONGEST_RETRY_MS = 15 * 60_000

const status = z.enum(['DRAFT', 'PUBLISHED', 'VALID', 'INVALID', 'EXPIRED', 'PARTIALLY_PAID', 'PAID', 'REPORTED'])
const shown = z.object({
  iupd: z.string(),
  status,
  paymentOption: z.array(z.object({ nav: z.string(), amount: z.number().int() })).length(1),
})

/** A payment's name at pagoPA ("identificativo univoco della posizione debitoria"): asked for twice, it is made once. */
const iupdOf = (id: string): string => `POLIS-${id}`
/** "Causale": nothing of a person. */
const causaleOf = (id: string): string => `Imposta di bollo certificato anagrafico, rif. ${id}`

/** pagoPA's interfaces for creditors: payment positions (GPD), receipts and Checkout. */
export function createPagopaClient(access: PagopaAccess): PagopaClient {
  const { positions, receipts, checkout, creditor, returnUrl, ca, timeoutMs } = access
  const agent = new Agent({
    connections: CONNECTIONS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // SECURITY: written out, since NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    connect: { rejectUnauthorized: true, ...(ca !== null && { ca }) },
  })

  async function call(
    { url, key }: Api,
    method: 'GET' | 'POST',
    path: string,
    { body, good }: { body?: object; good: number },
  ): Answer<{ text: string; location: string }> {
    try {
      const answered = await request(url + path, {
        method,
        dispatcher: agent,
        signal: AbortSignal.timeout(timeoutMs),
        headers: { 'ocp-apim-subscription-key': key, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      const text = await answered.body.text()
      const { statusCode, headers } = answered
      if (statusCode === good) return ok({ text, location: String(headers.location ?? '') })
      return err(failureOf(statusCode, headers['retry-after']))
    } catch (fault) {
      const { name, code } = fault as { name?: string; code?: unknown }
      return err({ kind: 'payment-away', reason: typeof code === 'string' ? code : (name ?? 'unknown') })
    }
  }
  const organization = `/organizations/${creditor.codiceFiscale}/debtpositions`

  return {
    async create({ id, notice, cents, dueAt }) {
      const causale = causaleOf(id)
      const body = {
        iupd: iupdOf(id),
        type: 'F',
        // The SANP's word for a payer who is not known: pagoPA need not know who asks for which certificate.
        // Uncertain: whether GPD takes it.
        fiscalCode: 'ANONIMO',
        fullName: 'ANONIMO',
        companyName: creditor.name,
        switchToExpired: true,
        paymentOption: [
          {
            ...{ nav: notice, iuv: iuvOf(notice), amount: cents, description: causale, isPartialPayment: false },
            dueDate: dueAt.toISOString(),
            retentionDate: dueAt.toISOString(),
            fee: 0,
            transfer: [
              {
                ...{ idTransfer: '1', amount: cents, organizationFiscalCode: creditor.codiceFiscale },
                ...{ remittanceInformation: causale, category: creditor.taxonomy, iban: creditor.iban },
              },
            ],
          },
        ],
      }
      const answer = await call(positions, 'POST', `${organization}?toPublish=true`, { body, good: 201 })
      return answer.ok ? ok(null) : answer
    },
    async read({ id, notice, cents }) {
      const answer = await call(positions, 'GET', `${organization}/${iupdOf(id)}`, { good: 200 })
      if (!answer.ok) return answer
      const read = shown.safeParse(jsonIn(answer.value.text))
      if (!read.success) return err({ kind: 'payment-unreadable', reason: 'position' })
      const [option] = read.data.paymentOption
      const isOurs = read.data.iupd === iupdOf(id) && option?.nav === notice && option.amount === cents
      return isOurs ? ok(read.data.status) : err({ kind: 'payment-refused', reason: 'another-position' })
    },
    async invalidate({ id }) {
      const answer = await call(positions, 'POST', `${organization}/${iupdOf(id)}/invalidate`, { good: 200 })
      return answer.ok ? ok(null) : answer
    },
    async receipt({ notice }) {
      const path = `/payments/${creditor.codiceFiscale}/receipts/${iuvOf(notice)}`
      const answer = await call(receipts, 'GET', path, { good: 200 })
      if (!answer.ok) return answer
      const read = receiptIn(answer.value.text)
      return read.ok ? read : err({ kind: 'payment-unreadable', reason: 'receipt' })
    },
    async checkout({ id, notice, cents }) {
      const body = {
        paymentNotices: [
          {
            ...{ noticeNumber: notice, fiscalCode: creditor.codiceFiscale, amount: cents },
            ...{ companyName: creditor.name, description: causaleOf(id) },
          },
        ],
        returnUrls: {
          ...{
            returnOkUrl: returnUrl,
            returnCancelUrl: returnUrl,
            returnErrorUrl: returnUrl,
            returnWaitingUrl: returnUrl,
          },
        },
      }
      const answer = await call(checkout, 'POST', '/carts', { body, good: 302 })
      if (!answer.ok) return answer
      const { location } = answer.value
      const isPage = URL.canParse(location) && new URL(location).protocol === 'https:' && location.length <= 400
      return isPage ? ok(location) : err({ kind: 'payment-unreadable', reason: 'cart' })
    },
    close: () => agent.destroy(),
  }
}

function failureOf(statusCode: number, retryAfter: string | string[] | undefined): PagopaFailure {
  const reason = `http-${statusCode}`
  if (statusCode === 404) return { kind: 'absent' }
  if (statusCode === 409) return { kind: 'conflict' }
  if (statusCode === 429 || statusCode === 503) {
    const asked = Number(retryAfter) * 1_000
    return {
      kind: 'payment-busy',
      reason,
      retryMs: Math.min(Number.isFinite(asked) && asked > 0 ? asked : 5_000, LONGEST_RETRY_MS),
    }
  }
  return { kind: statusCode < 500 ? 'payment-refused' : 'payment-away', reason }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
