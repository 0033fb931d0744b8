import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Agent, fetch as fetchBy } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Pagopa, startPagopa } from './index.ts'

const PKI = fileURLToPath(new URL('../../.bench/pki', import.meta.url))
const CF = '99999000013'
const NAV = '301000000000005074'
const DAY = 86_400_000

let now: Date
let pagopa: Pagopa
let stops: (() => Promise<unknown>)[]
beforeEach(async () => {
  now = new Date('2026-11-22T09:00:00.000Z')
  pagopa = await startPagopa({ port: 0, pki: PKI, now: () => now })
  stops = [() => pagopa.stop()]
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
})

const dispatcher = () => new Agent({ connect: { ca: readFileSync(pagopa.access.ca, 'utf8') } })
async function call(
  base: 'positionsUrl' | 'receiptsUrl' | 'checkoutUrl',
  method: string,
  path: string,
  body?: unknown,
  key?: string,
) {
  const agent = dispatcher()
  stops.push(() => agent.close())
  const answer = await fetchBy(pagopa.access[base] + path, {
    method,
    redirect: 'manual',
    headers: {
      'ocp-apim-subscription-key': key ?? readFileSync(pagopa.access.subscriptionKey, 'utf8').trim(),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    dispatcher: agent,
  })
  const said = await answer.text()
  return { status: answer.status, headers: answer.headers, said, json: () => JSON.parse(said) }
}
const positions = `/organizations/${CF}/debtpositions`
const position = (change: object = {}, option: object = {}, transfer: object = {}) => ({
  ...{
    iupd: 'POLIS-1',
    type: 'F',
    fiscalCode: 'ANONIMO',
    fullName: 'ANONIMO',
    companyName: 'Ente',
    switchToExpired: true,
  },
  paymentOption: [
    {
      ...{ nav: NAV, iuv: NAV.slice(1), amount: 1600, description: 'Imposta di bollo', isPartialPayment: false },
      dueDate: new Date(+now + 30 * DAY).toISOString(),
      transfer: [
        {
          ...{ idTransfer: '1', amount: 1600, remittanceInformation: 'Imposta di bollo', category: '9/0101100IM/' },
          iban: 'IT60X0542811101000000123456',
          ...transfer,
        },
      ],
      ...option,
    },
  ],
  ...change,
})
const create = (body: unknown = position()) => call('positionsUrl', 'POST', `${positions}?toPublish=true`, body)
const statusOf = async () => (await call('positionsUrl', 'GET', `${positions}/POLIS-1`)).json().status

describe('positions', () => {
  test('are created once, and a second creation is answered with 409', async () => {
    expect((await create()).status).toBe(201)
    expect(await statusOf()).toBe('VALID')
    expect((await create()).status).toBe(409)
    expect((await create(position({ iupd: 'POLIS-2' }))).status).toBe(409)
    expect((await call('positionsUrl', 'GET', `${positions}/POLIS-9`)).status).toBe(404)
  })

  const stamp = { hashDocument: 'x', stampType: '01', provincialResidence: 'PG' }
  test.each<[string, object, object?, object?]>([
    ['no iupd', { iupd: undefined }],
    ['another type', { type: 'X' }],
    ['sum of the transfers', {}, {}, { amount: 1500 }],
    ['nothing to pay', {}, { amount: 0 }, { amount: 0 }],
    ['half a cent', {}, { amount: 1600.5 }, { amount: 1600.5 }],
    ['past due date', {}, { dueDate: '2026-11-21T09:00:00.000Z' }],
    ['due before it is valid', { validityDate: '2027-01-31T09:00:00.000Z' }],
    ['long description', {}, { description: 'x'.repeat(141) }],
    ['iban and stamp', {}, {}, { stamp }],
    ['neither iban nor stamp', {}, {}, { iban: undefined }],
    ['notice number of 17 digits', {}, { nav: NAV.slice(1) }],
  ])('with a fault (%s) are answered with 400 and a problem', async (_name, change, option, transfer) => {
    const answer = await create(position(change, option, transfer))
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ status: 400, title: 'BAD REQUEST' })
    expect(pagopa.positions()).toEqual([])
  })

  test('are for who has the subscription key', async () => {
    expect((await call('positionsUrl', 'GET', `${positions}/POLIS-1`, undefined, 'another')).status).toBe(401)
  })

  test('expire where they say so, are invalidated, and are neither once paid', async () => {
    await create()
    now = new Date(+now + 31 * DAY)
    expect(await statusOf()).toBe('EXPIRED')
    expect((await call('positionsUrl', 'POST', `${positions}/POLIS-1/invalidate`)).status).toBe(409)
    now = new Date('2026-11-22T09:00:00.000Z')
    const other = position({ iupd: 'POLIS-2' }, { nav: '301000000000005175', iuv: '01000000000005175' })
    await create(other)
    expect((await call('positionsUrl', 'POST', `${positions}/POLIS-2/invalidate`)).status).toBe(200)
    expect((await call('positionsUrl', 'POST', `${positions}/POLIS-2/invalidate`)).status).toBe(409)
    await create(position({ iupd: 'POLIS-3' }, { nav: '301000000000005276', iuv: '01000000000005276' }))
    pagopa.pay({ nav: '301000000000005276' })
    for (const [method, what] of [
      ['POST', '/invalidate'],
      ['DELETE', ''],
      ['PUT', ''],
    ] as const)
      expect(
        (await call('positionsUrl', method, `${positions}/POLIS-3${what}`, method === 'PUT' ? position() : undefined))
          .status,
      ).toBe(409)
  })
})

describe('Checkout', () => {
  const cart = (change: object = {}) => ({
    paymentNotices: [
      { noticeNumber: NAV, fiscalCode: CF, amount: 1600, companyName: 'Ente', description: 'Bollo', ...change },
    ],
    returnUrls: {
      returnOkUrl: 'https://a.test/ok',
      returnCancelUrl: 'https://a.test/no',
      returnErrorUrl: 'https://a.test/err',
    },
  })
  test('answers a cart with the address of its page, where a person pays once', async () => {
    await create()
    const { status, headers } = await call('checkoutUrl', 'POST', '/carts', cart())
    expect(status).toBe(302)
    const page = headers.get('location') ?? ''
    const agent = dispatcher()
    stops.push(() => agent.close())
    const open = (method = 'GET') =>
      fetchBy(page, {
        method,
        dispatcher: agent,
        ...(method === 'POST' && { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      }).then((answer) => answer.text())
    expect(await open()).toContain('16,00 €')
    expect(await statusOf()).toBe('VALID')
    expect(await open('POST')).toContain('Pagamento eseguito')
    expect(await statusOf()).toBe('PAID')
    expect(await open('POST')).toContain('già stato pagato')
  })
  test('refuses a notice that nobody may pay, and one that is none', async () => {
    expect((await call('checkoutUrl', 'POST', '/carts', cart())).status).toBe(422)
    expect((await call('checkoutUrl', 'POST', '/carts', cart({ amount: 0 }))).status).toBe(400)
  })
})

describe('receipts', () => {
  const iuv = NAV.slice(1)
  const fetched = () => call('receiptsUrl', 'GET', `/payments/${CF}/receipts/${iuv}`)
  let station: Server
  let came: string[]
  let answer: string
  beforeEach(async () => {
    came = []
    answer = '<outcome>OK</outcome>'
    const key = readFileSync(`${PKI}/gateway.key.pem`)
    const cert = readFileSync(`${PKI}/gateway.cert.pem`)
    const ca = readFileSync(pagopa.access.nodeCa)
    station = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true }, (request, reply) => {
      void text(request).then((xml) => {
        came.push(xml)
        reply.end(answer)
      })
    })
    await new Promise<void>((done) => station.listen(0, '127.0.0.1', done))
    stops.push(() => new Promise((done) => station.close(done)))
    const { port } = station.address() as AddressInfo
    pagopa.sendReceiptsTo(() => ({ url: `https://127.0.0.1:${port}/`, ca: `${PKI}/gateway-ca.pem` }))
    await create()
  })
  const arrived = (count: number) => vi.waitFor(() => expect(came).toHaveLength(count), 5_000)

  test('are sent to the station and kept to be fetched', async () => {
    expect((await fetched()).status).toBe(404)
    pagopa.pay({})
    await arrived(1)
    for (const part of [
      `<noticeNumber>${NAV}`,
      '<paymentAmount>16.00<',
      '<outcome>OK<',
      `<creditorReferenceId>${iuv}<`,
    ])
      expect(came[0]).toContain(part)
    const { status, said } = await fetched()
    expect(status).toBe(200)
    expect(came[0]).toContain(said)
  })
  test.each([
    ['push-only', 1, 422],
    ['pull-only', 0, 200],
    ['never', 0, 422],
    ['repeated', 3, 200],
    ['ko', 1, 404],
  ] as const)('%s', async (receipt, pushed, status) => {
    pagopa.pay({ receipt })
    await arrived(pushed)
    expect((await fetched()).status).toBe(status)
    expect(await statusOf()).toBe(receipt === 'ko' ? 'VALID' : 'PAID')
  })
  test('paid twice gives two receipts, and a wrong one says what was not paid', async () => {
    pagopa.pay({ times: 2 })
    await arrived(2)
    const ids = came.map((xml) => /<receiptId>(\w+)</.exec(xml)?.[1])
    expect(new Set(ids).size).toBe(2)
    pagopa.pay({ receipt: 'wrong-amount' })
    await arrived(3)
    expect(came[2]).toContain('<paymentAmount>15.99<')
  })
  test('come again where the station has not taken them, and not where it refuses them by name', async () => {
    answer = 'busy'
    pagopa.pay({})
    await arrived(2)
    answer = '<outcome>KO</outcome><faultCode>PAA_PAGAMENTO_SCONOSCIUTO</faultCode>'
    pagopa.pay({ receipt: 'unknown-notice' })
    await vi.waitFor(() => expect(pagopa.sent().at(-1)?.answer).toBe('PAA_PAGAMENTO_SCONOSCIUTO'), 5_000)
  })
})

describe('its faults', () => {
  test('act before, or after the position is created', async () => {
    pagopa.setFault({ kind: 'too-many', retryAfterS: 7, times: 1 })
    const busy = await create()
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7'])
    expect(pagopa.positions()).toEqual([])
    pagopa.setFault({ kind: 'error-after-acting', times: 1 })
    expect((await create()).status).toBe(500)
    expect((await create()).status).toBe(409)
  })
  test('cut the line after the request was read', async () => {
    pagopa.setFault({ kind: 'cut', times: 1 })
    await expect(create()).rejects.toThrow()
    expect(await statusOf()).toBe('VALID')
  })
  test('and acts can be switched from outside', async () => {
    const ask = async (method: string, what: string, body: unknown) =>
      (
        await fetch(`${pagopa.controlUrl}/simulator/${what}`, {
          method,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).status
    expect(await ask('POST', 'pay', {})).toBe(409)
    await create()
    expect(await ask('PUT', 'fault', { kind: 'tired' })).toBe(400)
    expect(await ask('POST', 'expire', {})).toBe(204)
    expect(await statusOf()).toBe('EXPIRED')
    expect(await ask('POST', 'pay', { nav: NAV, receipt: 'never' })).toBe(204)
    expect(await statusOf()).toBe('PAID')
  })
})
