import { createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { Agent, request } from 'undici'
import { handoverAad } from '../../contract/handover.ts'
import type { Pagopa } from '../../simulator/pagopa/index.ts'
import { PKI } from '../support/pki.ts'
import { filesIn, textOf } from './kill-disk.ts'

/** The citizens' telephones: they pay the notices that the totem shows, and take the documents that it hands over. */
export interface Phones {
  pays(notice: string): void
  takes(link: string): void
  taken(): number
  /** Documents that were not whole, or were given twice. */
  violations: string[]
  close(): Promise<void>
}

const WAYS = ['plain', 'push-only', 'pull-only', 'repeated', 'late'] as const

export function openPhones({
  pagopa,
  publicUrl,
  random,
}: {
  pagopa: Pagopa
  publicUrl(): string | null
  random: () => number
}): Phones {
  const dispatcher = new Agent({ connect: { ca: readFileSync(join(PKI, 'gateway-ca.pem')) } })
  const violations: string[] = []
  const taken = new Set<string>()

  async function take(link: string): Promise<void> {
    const { pathname, hash } = new URL(link)
    const id = pathname.split('/').at(-1) ?? ''
    const body = JSON.stringify({ phone: randomBytes(16).toString('base64url') })
    const ask = (step: 'claim' | 'taken') =>
      request(`${publicUrl()}${pathname}/${step}`, {
        ...{ method: 'POST', dispatcher, body, headers: { 'content-type': 'application/json' } },
      })
    const answered = await ask('claim')
    const sealed = Buffer.from(await answered.body.arrayBuffer())
    if (answered.statusCode !== 200) return
    const opening = createDecipheriv('aes-256-gcm', Buffer.from(hash.slice(1), 'base64url'), Buffer.alloc(12))
    opening.setAAD(Buffer.from(handoverAad(id))).setAuthTag(sealed.subarray(-16))
    const pdf = Buffer.concat([opening.update(sealed.subarray(0, -16)), opening.final()])
    if (!pdf.subarray(0, 5).equals(Buffer.from('%PDF-'))) violations.push(`${id} is no document`)
    if (taken.has(id)) violations.push(`${id} was given twice`)
    taken.add(id)
    await (await ask('taken')).body.dump()
  }

  return {
    violations,
    taken: () => taken.size,
    pays(nav) {
      // A PSP takes what is payable; now and then two take it at the same moment, and some people pay the next time.
      const isPayable = pagopa.positions().some((one) => one.status === 'VALID' && navOf(one) === nav)
      if (!isPayable || random() < 0.15) return
      const receipt = WAYS[Math.floor(random() * WAYS.length)] ?? 'plain'
      // Of two, GPD gives back one alone.
      const times = receipt !== 'pull-only' && random() < 0.25 ? 2 : 1
      pagopa.pay({ nav, receipt, lateMs: 300, times })
    },
    takes(link) {
      take(link).catch((failure: { code?: unknown; message: string }) => {
        // The gateway may be dead just now; a document that does not open is another matter.
        if (typeof failure.code !== 'string') violations.push(`a telephone: ${failure.message}`)
      })
    },
    close: () => dispatcher.destroy(),
  }
}

const navOf = ({ paymentOption }: ReturnType<Pagopa['positions']>[number]) => paymentOption[0]?.nav

interface Row {
  id: string
  notice: string
  cents: number
  state: string
  closing: boolean
  receipt: string | null
  operation: string | null
  due: boolean
}

/** Every receipt that a PSP has made, or every receipt that the gateway has. */
interface Receipt {
  id: string
  payment: string
  cents: number
  back: boolean
}

const LIVE = ['created', 'open', 'paid']

/**
 * What does not hold of the payments at this moment, whoever has died just now. Two of the ten rules of a payment by pagoPA
 * need no look here: without the line the totem has no notice, since only the gateway makes one, and a totem handles
 * neither cards nor cash.
 */
export async function brokenPayments({
  databaseUrl,
  pagopa,
  searched,
  settled,
}: {
  databaseUrl: string
  pagopa: Pagopa
  /** The totem's disk and the gateway's log. */
  searched: readonly string[]
  /** Everybody has gone home, and nothing is on its way. */
  settled: boolean
}): Promise<{ violations: string[]; paid: number; refunds: number }> {
  const violations: string[] = []
  const hold = (what: string, wrong: readonly string[]) => {
    if (wrong.length > 0) violations.push(`${what}: ${wrong.join(', ')}`)
  }
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    const { rows, receipts, crowded, unissued } = await state(client)
    // Read after the tables: pagoPA may only be ahead of them.
    const positions = new Map(pagopa.positions().map((one) => [one.iupd, one]))
    const byId = new Map(rows.map((row) => [row.id, row]))
    const known = new Set(receipts.map(({ id }) => id))
    const own = new Map(receipts.map((one) => [one.id, one]))
    const hasMoney = rows.filter(({ state }) => ['paid', 'spent', 'unspendable'].includes(state))

    hold(
      '1. each payment that was opened has its position',
      rows.filter(({ id, state }) => state !== 'created' && !positions.has(`POLIS-${id}`)).map(({ id }) => id),
    )
    hold('2. one live notice for one certificate', crowded)
    hold(
      '3. paid by a receipt of its own, whole',
      hasMoney
        .filter(({ id, cents, receipt }) => {
          const came = own.get(receipt ?? '')
          return came?.payment !== id || came.cents !== cents
        })
        .map(({ id }) => id),
    )
    hold('4. spent on an operation that is issued or under way', [
      ...rows.filter(({ state, operation }) => state === 'spent' && operation === null).map(({ id }) => id),
      ...unissued,
    ])
    hold(
      '5. nobody can pay what is over',
      rows
        .filter(({ id, state, closing }) => !LIVE.includes(state) && !closing && statusOf(positions, id) === 'VALID')
        .map(({ id }) => id),
    )
    hold(
      '6. nothing lapses before its time',
      rows.filter(({ state, due }) => state === 'lapsed' && !due).map(({ id }) => id),
    )
    hold(
      '7. each sum buys or goes back: one of them',
      receipts
        .filter(({ id, payment, back }) => {
          const paying = byId.get(payment)
          const buys = paying?.receipt === id && (paying.state === 'paid' || paying.state === 'spent')
          return buys === back
        })
        .map(({ id }) => id),
    )
    const notices = rows.map(({ notice }) => notice)
    const causali = JSON.stringify([...positions.values()])
    hold('8. nothing personal at pagoPA', /[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]/.exec(causali) ?? [])
    hold(
      '8. no notice on the totem’s disk or in a log',
      searched.flatMap(filesIn).flatMap((file) => {
        const text = textOf(file)
        return notices.filter((notice) => text.includes(notice)).map((notice) => `${notice} in ${file}`)
      }),
    )
    if (settled) {
      const made = pagopa.paid().filter(({ outcome }) => outcome === 'OK')
      hold(
        'settled: every sum that pagoPA took has been heard of',
        made.filter(({ receiptId }) => !known.has(receiptId)).map(({ receiptId }) => receiptId),
      )
      hold(
        'settled: every position has its payment',
        [...positions.keys()].filter((iupd) => !byId.has(iupd.replace('POLIS-', ''))),
      )
    }
    return { violations, paid: hasMoney.length, refunds: receipts.filter(({ back }) => back).length }
  } finally {
    await client.end()
  }
}

const statusOf = (positions: ReadonlyMap<string, { status: string }>, id: string) =>
  positions.get(`POLIS-${id}`)?.status

/** One moment of the gateway's tables. */
async function state(client: pg.Client) {
  await client.query('begin isolation level repeatable read read only')
  const { rows } = await client.query<Row>(
    `select id, notice, cents, state, closing, receipt, operation, due_at < now() as due from payment`,
  )
  const receipts = await client.query<Receipt>(
    `select id, payment_receipt.payment, payment_receipt.cents, refund.receipt is not null as back
     from payment_receipt left join refund on refund.receipt = payment_receipt.id`,
  )
  const crowded = await client.query<{ types: string }>(
    `select types from payment where state in ('created', 'open', 'paid')
     group by requester, subject, types having count(*) > 1`,
  )
  const unissued = await client.query<{ id: string }>(
    `select payment.id from payment left join operation on operation.totem = payment.totem
       and operation.id = payment.operation
     where payment.state = 'spent' and coalesce(operation.state, 'none') not in ('pending', 'issued')`,
  )
  await client.query('commit')
  return {
    rows,
    receipts: receipts.rows,
    crowded: crowded.rows.map(({ types }) => types),
    unissued: unissued.rows.map(({ id }) => id),
  }
}
