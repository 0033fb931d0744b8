// More than 400 lines: one gateway and one pagoPA, started once, serve every test here.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { ulid } from 'ulid'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import type { CertificateType } from '../../contract/catalogue.ts'
import { isNotice, noticeOf } from '../../gateway/payments/notice.ts'
import { startRetention } from '../../gateway/retention.ts'
import { openStore } from '../../gateway/store/database.ts'
import { throughPagopa } from '../../simulator/bench/gateway.ts'
import { type Pagopa, startPagopa } from '../../simulator/pagopa/index.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { personById } from '../../simulator/population/people.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { idAnpr, login, opened, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'

// A notice of pagoPA is made once, paid once and spent once, whatever totems, people, lines and pagoPA do; and money that
// has bought nothing stands in the operators' queue.
let postgres: Postgres
let pagopa: Pagopa
let centre: Centre
let totem: TotemClient
let other: TotemClient

beforeAll(async () => {
  await makePki(PKI)
  postgres = await startPostgres()
  pagopa = await startPagopa({ port: 0, pki: PKI })
  databaseUrl = await postgres.database()
  centre = await openCentre(databaseUrl, { pagopa: throughPagopa(pagopa.access) })
  // A gateway asks pagoPA again after a while, which has to pass.
  Object.defineProperty(centre.clock, 'now', { get: () => new Date(Date.now() + aheadMs) })
  pagopa.sendReceiptsTo(() => station())
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
  other = new TotemClient(centre.gateway.url, 'TT-0002')
})
afterEach(() => {
  centre.anpr.setFault({ kind: 'none' })
  pagopa.setFault({ kind: 'none' })
})
afterAll(async () => {
  await Promise.all([totem?.close(), other?.close()])
  await centre?.stop()
  await pagopa?.stop()
  await postgres?.stop()
})
let aheadMs = 0
afterEach(() => {
  aheadMs = 0
})
let databaseUrl = ''

/** Each test has a person and a certificate of its own, so that none meets another's payment. */
const PEOPLE = ['anna-bianchi', 'giovanni-ricci', 'mario-rossi', 'elena-ferrari', 'nicolo-dangelo', 'marija-kos']
const wanted = (['8', '7', '1', '5', '12'] as const).flatMap((type) =>
  PEOPLE.map((person) => ({ person, types: [type] })),
)
let person = ''
let types: CertificateType[] = []
beforeEach(() => {
  ;({ person, types } = wanted.shift() ?? { person: '', types: [] })
})
const position = (payment: string) => pagopa.positions().filter(({ iupd }) => iupd === `POLIS-${payment}`)
const station = () => {
  const { receiptsUrl } = centre.gateway
  return receiptsUrl === null ? null : { url: receiptsUrl, ca: join(PKI, 'gateway-ca.pem') }
}

async function sessionOf(client = totem, id = 'TT-0001', who = person) {
  const { body } = await client.post('/v1/sessions', login(who, { totem: id }))
  const headers = { authorization: `Bearer ${body.token}` }
  return {
    buy: (payment = ulid(), change: object = {}) =>
      client.post('/v1/payments', { payment, subject: idAnpr(who), types, ...change }, headers),
    state: (payment: string, than: string, wait = 20) =>
      client.get(`/v1/payments/current?payment=${payment}&than=${than}&wait=${wait}`, headers),
    pending: (people = [idAnpr(who)]) => client.post('/v1/payments/pending', { people }, headers),
    withdraw: (payment: string) => client.post('/v1/payments/withdraw', { payment }, headers),
  }
}
type Session = Awaited<ReturnType<typeof sessionOf>>
type Named = { payment: string }
const issue = async (notice: string, { client = totem, id = 'TT-0001', who = person, ...more }: Issue = {}) => {
  const evidence = login(who, { totem: id })
  const bollo = { kind: 'pagopa', notice } as const
  const { body } = await client.settled(await sealed(wish(who, { bollo, types, evidence, ...more })))
  return body.results[0]
}
interface Issue {
  client?: TotemClient
  id?: string
  who?: string
  types?: CertificateType[]
}
const operator = async (method: 'get' | 'post', path: string, body?: object) => {
  const client = new TotemClient(centre.gateway.operatorUrl, null)
  const authorization = `Bearer ${readFileSync(join(PKI, 'operator-token'), 'utf8').trim()}`
  const answer = await (method === 'get'
    ? client.get(path, { authorization })
    : client.post(path, body, { authorization }))
  await client.close()
  return answer.body
}
const refunds = async (notice: string) =>
  (await operator('get', '/v1/operator/refunds')).refunds.filter(
    (refund: { notice: string }) => refund.notice === notice,
  )
const paid = async (session: Session, payment: string) => (await session.state(payment, 'open')).body.state
/** Until pagoPA's answers, late or not, have been taken in. */
const soon = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: 20_000, interval: 100 })
const issued = { state: 'issued' }
const missing = { problem: { kind: 'payment-missing' } }

describe('a payment', () => {
  test('is opened, paid on the phone, and buys its certificate once', async () => {
    const session = await sessionOf()
    const { status, body } = await session.buy()
    expect(status).toBe(200)
    expect(body).toMatchObject({ state: 'open', cents: 1600, subject: idAnpr(person), types })
    expect(isNotice(body.notice)).toBe(true)
    expect(position(body.payment)).toMatchObject([{ status: 'VALID' }])
    expect(JSON.stringify(pagopa.positions())).not.toMatch(/BIANCHI|BNC/)
    const phone = new Agent({ connect: { ca: readFileSync(pagopa.access.ca) } })
    const waiting = paid(session, body.payment)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    await request(body.checkout, { method: 'POST', dispatcher: phone, headers })
    await phone.close()
    expect(await waiting).toBe('paid')
    const first = await issue(body.notice)
    expect(first).toMatchObject(issued)
    expect((await opened(first.outcome)).outcome.bollo).toEqual({ kind: 'pagopa', notice: body.notice })
    expect(await issue(body.notice)).toMatchObject(missing)
    expect((await session.pending()).body).toEqual({ offered: true, payments: [] })
    expect(await refunds(body.notice)).toEqual([])
  })

  test.each(['push-only', 'pull-only', 'repeated', 'late'] as const)('counts by a receipt: %s', async (receipt) => {
    const session = await sessionOf()
    const { body } = await session.buy()
    pagopa.pay({ nav: body.notice, receipt, lateMs: 700 })
    expect(await paid(session, body.payment)).toBe('paid')
    expect(await issue(body.notice)).toMatchObject(issued)
    expect(await refunds(body.notice)).toEqual([])
  })

  test.each(['ko', 'never', 'wrong-amount', 'unknown-notice'] as const)('does not count: %s', async (receipt) => {
    const session = await sessionOf()
    const { body } = await session.buy()
    const before = pagopa.sent().length
    pagopa.pay({ nav: body.notice, receipt })
    if (receipt !== 'never') await soon(async () => expect(pagopa.sent().length).toBeGreaterThan(before))
    expect((await session.state(body.payment, 'open', 0)).body.state).toBe('open')
    expect(await issue(body.notice)).toMatchObject(missing)
    // A sum that came is never lost, though it buys nothing.
    if (receipt === 'wrong-amount') expect(await refunds(body.notice)).toMatchObject([{ cents: 1599, why: receipt }])
    if (receipt === 'unknown-notice') expect(pagopa.sent().at(-1)?.answer).toBe('PAA_PAGAMENTO_SCONOSCIUTO')
  })

  test('is for one person, subject and certificate: nobody else spends it', async () => {
    const session = await sessionOf()
    const { body } = await session.buy()
    pagopa.pay({ nav: body.notice })
    expect(await paid(session, body.payment)).toBe('paid')
    const who = person === 'nicolo-dangelo' ? 'anna-bianchi' : 'nicolo-dangelo'
    expect(await issue(body.notice, { client: other, id: 'TT-0002', who })).toMatchObject(missing)
    expect(await issue(body.notice, { types: ['8', '7'] })).toMatchObject(missing)
    const stranger = await sessionOf(other, 'TT-0002', who)
    expect((await stranger.state(body.payment, 'paid', 0)).status).toBe(400)
    expect((await stranger.withdraw(body.payment)).status).toBe(400)
    expect((await stranger.pending([idAnpr(person)])).body.payments).toEqual([])
    expect((await stranger.buy(body.payment)).status).toBe(400)
    expect(await issue(body.notice)).toMatchObject(issued)
  })
})

describe('one person', () => {
  test('at two totems in the same second: one notice, and one position', async () => {
    const sessions = await Promise.all([sessionOf(), sessionOf(other, 'TT-0002')])
    const answers = await Promise.all(sessions.flatMap((session) => [session.buy(), session.buy()]))
    expect(new Set(answers.map(({ body }) => body.notice)).size).toBe(1)
    expect(answers.flatMap(({ body }) => position(body.payment))).toHaveLength(4)
  })
  test('sees what is open or paid at the next visit, on any totem', async () => {
    const { body } = await (await sessionOf()).buy()
    const later = await sessionOf(other, 'TT-0002')
    const [pending] = (await later.pending()).body.payments.filter(({ payment }: Named) => payment === body.payment)
    expect(pending).toMatchObject({ state: 'open', subject: idAnpr(person) })
    pagopa.pay({ nav: body.notice })
    expect(await paid(later, body.payment)).toBe('paid')
    expect(await issue(body.notice, { client: other, id: 'TT-0002' })).toMatchObject(issued)
  })
  test('who may not have the certificate pays nothing', async () => {
    const session = await sessionOf()
    const before = pagopa.positions().length
    centre.anpr.setFault({ kind: 'error', code: 'EN286', service: 'ANPR-Certificazione', times: 1 })
    expect((await session.buy()).body).toEqual({ kind: 'document-not-valid', anpr: 'EN286' })
    expect(
      (await session.buy(ulid(), { subject: idAnpr(person === 'marija-kos' ? 'anna-bianchi' : 'marija-kos') })).body,
    ).toMatchObject({ kind: 'not-in-family' })
    expect((await session.buy(ulid(), { types: ['18', '1'] })).status).toBe(403)
    expect(pagopa.positions()).toHaveLength(before)
  })
  test('withdraws a notice, and gets another number for another one', async () => {
    const session = await sessionOf()
    const { body } = await session.buy()
    expect((await session.withdraw(body.payment)).body.state).toBe('withdrawn')
    expect(position(body.payment)).toMatchObject([{ status: 'INVALID' }])
    const next = await session.buy()
    expect(next.body).toMatchObject({ state: 'open' })
    expect(next.body.notice).not.toBe(body.notice)
    await session.withdraw(next.body.payment)
  })
  test('withdraws a notice that has just been paid: it stays paid', async () => {
    const session = await sessionOf()
    const { body } = await session.buy()
    pagopa.pay({ nav: body.notice, receipt: 'pull-only' })
    // A screen waits some seconds for pagoPA's answer, and asks again.
    const { state } = (await session.withdraw(body.payment)).body
    expect(state === 'open' ? await paid(session, body.payment) : state).toBe('paid')
    expect(await issue(body.notice)).toMatchObject(issued)
  })
})

describe('money that buys nothing goes back', () => {
  test('paid twice: one certificate, and the other sum waits until an operator has paid it back', async () => {
    const session = await sessionOf()
    const { body } = await session.buy()
    pagopa.pay({ nav: body.notice, times: 2 })
    expect(await paid(session, body.payment)).toBe('paid')
    expect(await issue(body.notice)).toMatchObject(issued)
    await soon(async () => expect(await refunds(body.notice)).toMatchObject([{ why: 'paid-twice', cents: 1600 }]))
    const [{ receipt }] = await refunds(body.notice)
    // The citizen sees at each visit that it goes back, until it has.
    const seen = async () =>
      (await session.pending()).body.payments.filter(({ payment }: Named) => payment === body.payment)
    expect(await seen()).toMatchObject([{ state: 'spent', refund: { receipt, cents: 1600, reason: 'paid-twice' } }])
    expect(await operator('post', '/v1/operator/refunds', { receipt })).toEqual({ refunded: true })
    expect(await operator('post', '/v1/operator/refunds', { receipt })).toEqual({ refunded: false })
    expect(await refunds(body.notice)).toEqual([])
    expect(await seen()).toEqual([])
    // The log says who did what, and names no person and no notice.
    expect(centre.logged()).toContain('"kind":"refunded"')
    expect(centre.logged()).not.toMatch(/BIANCHI|BNCNMR/i)
    expect(centre.logged()).not.toContain(body.notice)
  })
  test('refused by ANPR for good after the payment', async () => {
    const session = await sessionOf()
    const { body } = await session.buy()
    pagopa.pay({ nav: body.notice })
    await paid(session, body.payment)
    centre.anpr.setFault({ kind: 'error', code: 'EN286', service: 'ANPR-Certificazione', times: 1 })
    expect(await issue(body.notice)).toMatchObject({ state: 'refused', problem: { anpr: 'EN286' } })
    const told = (await session.pending()).body.payments
    const refund = expect.objectContaining({ cents: 1600, reason: 'document-not-valid' })
    expect(told).toContainEqual(expect.objectContaining({ state: 'unspendable', refund }))
    expect(await refunds(body.notice)).toMatchObject([{ why: 'refused', refusal: 'document-not-valid', cents: 1600 }])
    expect(await issue(body.notice)).toMatchObject(missing)
    const agent = new Agent({ connect: { ca: readFileSync(join(PKI, 'gateway-ca.pem')) } })
    const headers = { authorization: `Bearer ${readFileSync(join(PKI, 'operator-token'), 'utf8').trim()}` }
    const metrics = await request(`${centre.gateway.operatorUrl}/metrics`, { dispatcher: agent, headers })
    expect(await metrics.body.text()).toMatch(/^totem_refunds_open [1-9]/m)
    await agent.close()
  })
  test('refused for now (the comune is changing something): it pays another day', async () => {
    const session = await sessionOf()
    const { body } = await session.buy()
    pagopa.pay({ nav: body.notice })
    await paid(session, body.payment)
    centre.anpr.setFault({ kind: 'error', code: 'EN181', service: 'ANPR-Certificazione', times: 1 })
    expect(await issue(body.notice)).toMatchObject({ problem: { kind: 'procedure-open' } })
    expect(await issue(body.notice)).toMatchObject(issued)
    expect(await refunds(body.notice)).toEqual([])
  })
})

describe('pagoPA', () => {
  test.each([
    ['answers 500 after it has acted', { kind: 'error-after-acting', times: 1 }],
    ['is cut off after it has acted', { kind: 'cut', times: 1 }],
    ['has too much to do', { kind: 'too-many', retryAfterS: 1, times: 1 }],
    ['answers garbage', { kind: 'garbage', times: 1 }],
  ] as const)('%s: one position all the same', async (_name, fault) => {
    const session = await sessionOf()
    pagopa.setFault(fault)
    const first = await session.buy()
    const { payment } = first.body
    if (first.body.state === 'created') expect((await session.state(payment, 'created')).body.state).toBe('open')
    expect(position(payment)).toHaveLength(1)
    expect((await session.buy()).body).toMatchObject({ payment, state: 'open' })
    await session.withdraw(payment)
  })
  test('has our next number for another position: the payment gets the number after it', async () => {
    const session = await sessionOf()
    const { body: before } = await session.buy()
    await session.withdraw(before.payment)
    const { positionsUrl, subscriptionKey, creditor } = pagopa.access
    const nav = noticeOf('01', BigInt(before.notice.slice(3, 16)) + 1n)
    const option = { nav, iuv: nav.slice(1), amount: 100, description: 'x', isPartialPayment: false }
    const transfer = [{ idTransfer: '1', amount: 100, remittanceInformation: 'x', category: 'x', iban: creditor.iban }]
    const dueDate = new Date(Date.now() + DAY_MS).toISOString()
    const name = { iupd: 'ANOTHER', type: 'F', fiscalCode: 'X', fullName: 'X', companyName: 'X' }
    const agent = new Agent({ connect: { ca: readFileSync(pagopa.access.ca) } })
    const key = readFileSync(subscriptionKey, 'utf8').trim()
    const made = await request(`${positionsUrl}/organizations/${creditor.codiceFiscale}/debtpositions?toPublish=true`, {
      ...{ method: 'POST', dispatcher: agent },
      headers: { 'content-type': 'application/json', 'ocp-apim-subscription-key': key },
      body: JSON.stringify({ ...name, paymentOption: [{ ...option, dueDate, transfer }] }),
    })
    expect([made.statusCode, await made.body.text()]).toMatchObject([201, expect.anything()])
    await agent.close()
    const { body } = await session.buy()
    expect(body.state).toBe('open')
    expect([before.notice, nav]).not.toContain(body.notice)
    expect(centre.logged()).toContain('"kind":"notice-taken"')
    await session.withdraw(body.payment)
  })
  test('lets a notice expire: it has lapsed, another may be made; a receipt that comes later still counts', async () => {
    const session = await sessionOf()
    const { body } = await session.buy()
    pagopa.expire(body.notice)
    expect((await session.state(body.payment, 'open')).body.state).toBe('lapsed')
    const second = await session.buy()
    expect(second.body.state).toBe('open')
    pagopa.pay({ nav: body.notice, receipt: 'push-only' })
    expect((await session.state(body.payment, 'lapsed')).body.state).toBe('paid')
    // One is enough: nobody shall pay the second.
    await soon(async () => expect(position(second.body.payment)).toMatchObject([{ status: 'INVALID' }]))
    expect(await issue(body.notice)).toMatchObject(issued)
  })
  test('does not know a notice any more that somebody has invalidated', async () => {
    const session = await sessionOf()
    const { body } = await session.buy()
    pagopa.invalidate(body.notice)
    expect((await session.state(body.payment, 'open')).body.state).toBe('lapsed')
  })
})

test('a notice that nobody has paid in time is closed, and a clock that goes back changes nothing', async () => {
  const session = await sessionOf()
  const { body } = await session.buy()
  aheadMs = 30 * DAY_MS + HOUR_MS + MINUTE_MS
  await soon(async () => expect(position(body.payment)).toMatchObject([{ status: 'INVALID' }]))
  // pagoPA has closed it before the gateway has written that down; the session has ended by that clock.
  const database = new pg.Client(databaseUrl)
  await database.connect()
  const state = async () =>
    (await database.query('select state from payment where id = $1', [body.payment])).rows[0]?.state
  await soon(async () => expect(await state()).toBe('lapsed'))
  await database.end()
  aheadMs = -HOUR_MS
  pagopa.pay({ nav: body.notice, receipt: 'push-only' })
  expect((await session.state(body.payment, 'lapsed')).body.state).toBe('paid')
  aheadMs = 0
  expect(await issue(body.notice)).toMatchObject(issued)
})

test('without pagoPA’s certificate nobody brings a receipt', async () => {
  const url = centre.gateway.receiptsUrl ?? ''
  const file = (name: string) => readFileSync(join(PKI, name))
  const totems = { cert: file('totems/TT-0001.cert.pem'), key: file('totems/TT-0001.key.pem') }
  for (const identity of [{}, totems]) {
    const agent = new Agent({ connect: { ca: file('gateway-ca.pem'), ...identity } })
    await expect(request(url, { method: 'POST', dispatcher: agent, body: '<a/>' })).rejects.toThrow()
    await agent.close()
  }
})

test('an old payment says no more whose it was after a year, and goes after ten; what is still due stays', async () => {
  const session = await sessionOf()
  const { body: withdrawn } = await session.buy()
  await session.withdraw(withdrawn.payment)
  const { body: spent } = await session.buy()
  pagopa.pay({ nav: spent.notice, times: 2, receipt: 'push-only' })
  expect(await paid(session, spent.payment)).toBe('paid')
  expect(await issue(spent.notice)).toMatchObject(issued)
  await soon(async () => expect(await refunds(spent.notice)).toHaveLength(1))
  const database = new pg.Client(databaseUrl)
  await database.connect()
  // Whatever table: a row with a notice says of whom it is only by a keyed hash.
  const { rows: tables } = await database.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE'`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await database.query<{ text: string }>(`select row_to_json(each)::text as text from ${name} each`)
    found.push(...rows.map(({ text }) => text).filter((text) => text.includes(spent.notice)))
  }
  expect(found).toHaveLength(1)
  const { codiceFiscale, surname } = personById(person)
  for (const secret of [codiceFiscale, surname, idAnpr(person)]) expect(found[0]).not.toContain(secret)
  const log = pino({ enabled: false })
  const after = async (years: number) => {
    const store = await openStore({ databaseUrl, dataDir: centre.config.dataDir }, log)
    const retention = startRetention({ store, now: () => new Date(Date.now() + years * 366 * DAY_MS), log })
    await retention.run()
    await retention.stop()
    await store.close()
    const { rows } = await database.query<{ id: string; named: boolean }>(
      'select id, requester <> id as named from payment where id = any($1)',
      [[withdrawn.payment, spent.payment]],
    )
    return Object.fromEntries(rows.map(({ id, named }) => [id === spent.payment ? 'spent' : 'withdrawn', named]))
  }
  try {
    // The second sum has not gone back: its person still sees it.
    expect(await after(2)).toEqual({ spent: true, withdrawn: false })
    expect(await after(11)).toEqual({ spent: true })
    const [{ receipt }] = await refunds(spent.notice)
    await operator('post', '/v1/operator/refunds', { receipt })
    expect(await after(9)).toEqual({ spent: false })
    expect(await after(11)).toEqual({})
    const left = await database.query('select 1 from payment_receipt where payment = $1', [spent.payment])
    expect(left.rowCount).toBe(0)
  } finally {
    await database.end()
  }
})

test('a gateway that starts anew goes on with what it had begun', async () => {
  const session = await sessionOf()
  pagopa.setFault({ kind: 'too-many', retryAfterS: 1, times: 3 })
  const { body } = await session.buy()
  await totem.close()
  await centre.restartGateway()
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
  const later = await sessionOf()
  if (body.state === 'created') expect((await later.state(body.payment, 'created')).body.state).toBe('open')
  pagopa.pay({ nav: body.notice, receipt: 'pull-only' })
  expect(await paid(later, body.payment)).toBe('paid')
})

test('a payment counts by a receipt that comes before pagoPA has answered its creation, and its answer opens nothing again', async () => {
  const session = await sessionOf()
  pagopa.setFault({ kind: 'late-answer', ms: 3_000, times: 1 })
  const id = ulid()
  const buying = session.buy(id)
  await soon(async () => expect(position(id)).toHaveLength(1))
  const [{ paymentOption: [option] = [] } = {}] = position(id)
  pagopa.pay({ nav: option?.nav, receipt: 'push-only' })
  const { body } = await buying
  expect(body).toMatchObject({ payment: id, state: 'paid', notice: option?.nav })
  // The gateway holds this question until the state is another one; meanwhile the answer comes.
  expect((await session.state(id, 'paid', 4)).body.state).toBe('paid')
  expect(await issue(body.notice)).toMatchObject(issued)
  expect(await issue(body.notice)).toMatchObject(missing)
  expect(position(id)).toHaveLength(1)
  expect(await refunds(body.notice)).toEqual([])
})
