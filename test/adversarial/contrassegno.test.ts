import pg from 'pg'
import { ulid } from 'ulid'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { italianDay } from '../../basics/time.ts'
import type { Contrassegno } from '../../contract/bollo.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { idAnpr, login, opened, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'

// One marca da bollo pays for one certificate, whatever totems, people and crashes do. No totem is believed.
let postgres: Postgres
let url: string
let centre: Centre
let totem: TotemClient
let other: TotemClient
let numbers = 0
const mark = (change: Partial<Contrassegno> = {}): Contrassegno => ({
  kind: 'contrassegno',
  number: String(++numbers).padStart(14, '0'),
  issued: '2026-03-05',
  ...change,
})
const anna = (bollo: Contrassegno) => wish('anna-bianchi', { bollo })
const sofia = (bollo: Contrassegno) =>
  wish('sofia-rossi', { bollo, evidence: login('sofia-rossi', { totem: 'TT-0002' }) })
const used = { state: 'refused', problem: { kind: 'contrassegno-used', anpr: null } }
const issued = { state: 'issued' }

beforeAll(async () => {
  postgres = await startPostgres()
  url = await postgres.database()
  centre = await openCentre(url)
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
  other = new TotemClient(centre.gateway.url, 'TT-0002')
})
afterEach(() => centre.anpr.setFault({ kind: 'none' }))
afterAll(async () => {
  await Promise.all([totem?.close(), other?.close()])
  await centre?.stop()
  await postgres?.stop()
})

const result = async (client: TotemClient, item: Awaited<ReturnType<typeof sealed>>) =>
  (await client.settled(item)).body.results[0]

test('a certificate with a mark is issued, and its outcome says by which mark', async () => {
  const bollo = mark()
  const request = anna(bollo)
  const { outcome, ...told } = await result(totem, await sealed(request))
  expect(told).toMatchObject(issued)
  expect((await opened(outcome)).outcome).toMatchObject({ operation: request.operation, bollo })
})

describe('the same mark again', () => {
  test('by another person at another totem: refused by name, and nothing is issued', async () => {
    const bollo = mark()
    expect(await result(totem, await sealed(anna(bollo)))).toMatchObject(issued)
    const second = sofia(bollo)
    expect(await result(other, await sealed(second))).toMatchObject(used)
    expect(await centre.issued()).not.toContain(second.operation)
  })

  test('by two at the same moment: one of them gets the certificate', async () => {
    const bollo = mark()
    const requests = [anna(bollo), anna(bollo), anna(bollo), anna(bollo)]
    const items = await Promise.all(requests.map((request) => sealed(request)))
    const { body } = await totem.settled(...items)
    const states = body.results.map(({ state }: { state: string }) => state).sort()
    expect(states).toEqual(['issued', 'refused', 'refused', 'refused'])
    const issuedNow = await centre.issued()
    expect(requests.filter(({ operation }) => issuedNow.includes(operation))).toHaveLength(1)
  })

  test('for the operation that has it, sent again: its outcome, and no second issue', async () => {
    const request = anna(mark())
    const item = await sealed(request)
    const first = await result(totem, item)
    expect(await result(totem, item)).toMatchObject({ state: 'issued', outcome: first.outcome })
    expect((await centre.issued()).filter((id) => id === request.operation)).toHaveLength(1)
  })

  test('with another day typed beside it: the number alone counts', async () => {
    const bollo = mark()
    expect(await result(totem, await sealed(anna(bollo)))).toMatchObject(issued)
    expect(await result(totem, await sealed(anna({ ...bollo, issued: '2026-03-06' })))).toMatchObject(used)
  })

  test('in a preview: said before the person confirms', async () => {
    const bollo = mark()
    const { body } = await totem.post('/v1/sessions', login('anna-bianchi'))
    const preview = () =>
      totem.post(
        '/v1/previews',
        { subject: idAnpr('anna-bianchi'), types: ['8'], bollo },
        { authorization: `Bearer ${body.token}` },
      )
    expect((await preview()).status).toBe(200)
    // A preview does not take the mark.
    expect((await preview()).status).toBe(200)
    expect(await result(totem, await sealed(anna(bollo)))).toMatchObject(issued)
    const { status, body: told } = await preview()
    expect({ status, told }).toEqual({ status: 403, told: used.problem })
  })

  test('in previews, to find out which numbers are used: the access log has each of them, with who asked', async () => {
    const bollo = mark()
    expect(await result(other, await sealed(sofia(bollo)))).toMatchObject(issued)
    const { body } = await totem.post('/v1/sessions', login('anna-bianchi'))
    const authorization = `Bearer ${body.token}`
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const lines = async () =>
      (
        await client.query(
          "select requester, caller, types from access_log where outcome = 'contrassegno-used' order by id",
        )
      ).rows
    const before = (await lines()).length
    // The second person is no relative: ANPR would refuse that, and is not asked.
    for (const subject of ['anna-bianchi', 'mario-rossi']) {
      const asked = { subject: idAnpr(subject), types: ['8'], bollo }
      const { status } = await totem.post('/v1/previews', asked, { authorization })
      expect(status).toBe(403)
    }
    const noted = (await lines()).slice(before)
    await client.end()
    expect(noted).toHaveLength(2)
    for (const line of noted) expect(line).toEqual({ requester: expect.any(String), caller: 'TT-0001', types: '8' })
    expect(JSON.stringify(noted)).not.toContain(bollo.number)
  })
})

describe('a mark that has paid for nothing is as good as before', () => {
  test('after a refusal of ANPR', async () => {
    const bollo = mark()
    centre.anpr.setFault({ kind: 'error', code: 'EN404', service: 'ANPR-Certificazione', times: 1 })
    expect(await result(totem, await sealed(anna(bollo)))).toMatchObject({
      ...{ state: 'refused', problem: { anpr: 'EN404' } },
    })
    expect(await result(totem, await sealed(anna(bollo)))).toMatchObject(issued)
  })

  test('but not while its own request may still be issued: ANPR is away and comes back', async () => {
    const bollo = mark()
    centre.anpr.setFault({ kind: 'unavailable' })
    const request = anna(bollo)
    const item = await sealed(request)
    await totem.submit(item)
    centre.anpr.setFault({ kind: 'none' })
    expect(await result(totem, item)).toMatchObject(issued)
    expect(await result(totem, await sealed(anna(bollo)))).toMatchObject(used)
  })
})

test('a mark of the day on which it is asked for, in a visit that began before midnight: issued', async () => {
  const day = italianDay(new Date(Date.now() - 3 * 86_400_000))
  // Midnight in Italy is at 22:00 or 23:00 UTC.
  const midnight = [22, 23]
    .map((hour) => new Date(`${day}T${hour}:00:00.000Z`))
    .find((at) => italianDay(at) !== italianDay(new Date(+at - 1)))
  const loginAt = new Date(Number(midnight) - 5 * 60_000)
  const requestedAt = new Date(Number(midnight) + 5 * 60_000)
  const ofVisit = (issued: string) =>
    wish('anna-bianchi', {
      bollo: mark({ issued }),
      evidence: login('anna-bianchi', { at: loginAt }),
      requestedAt: requestedAt.toISOString(),
    })
  expect(await result(totem, await sealed(ofVisit(italianDay(requestedAt))))).toMatchObject({ state: 'issued' })
  const next = italianDay(new Date(+requestedAt + 86_400_000))
  expect(await result(totem, await sealed(ofVisit(next)))).toMatchObject({ problem: { kind: 'request-malformed' } })
})

describe('what no mark can be', () => {
  const tomorrow = italianDay(new Date(Date.now() + 86_400_000))
  test.each([
    ['issued after the certificate', { issued: tomorrow }],
    ['issued before there were any', { issued: '2004-12-31' }],
  ])('%s: request-malformed, and nothing is issued', async (_, change) => {
    const request = anna(mark(change))
    expect(await result(totem, await sealed(request))).toMatchObject({
      state: 'refused',
      problem: { kind: 'request-malformed' },
    })
    expect(await centre.issued()).not.toContain(request.operation)
  })

  test.each([
    ['13 digits', { number: '0123456789012' }],
    ['a letter', { number: '0123456789012O' }],
    ['digits of another alphabet', { number: '٠١٢٣٤٥٦٧٨٩٠١٢٣' }],
    ['a day that no calendar has', { issued: '2026-02-31' }],
  ])('%s: no request at all', async (_, change) => {
    const request = anna(mark(change))
    const { body } = await totem.submit(await sealed(request))
    expect(body.results).toEqual([
      { operation: request.operation, state: 'refused', problem: { kind: 'request-malformed', anpr: null } },
    ])
  })
})

test('the database holds no number of a mark, and the log neither', async () => {
  const bollo = mark({ number: '98765432109876' })
  expect(await result(totem, await sealed(anna(bollo)))).toMatchObject(issued)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('select * from contrassegno')
  const access = await client.query('select * from access_log order by id desc limit 1')
  await client.end()
  expect(rows.length).toBeGreaterThan(1)
  expect(JSON.stringify([rows, access.rows])).not.toContain(bollo.number)
  expect(access.rows[0]).toMatchObject({ outcome: 'issued', exemption: null })
  expect(centre.logged()).not.toContain(bollo.number)
})

test('a gateway without settings of pagoPA offers no payment and refuses one by name', async () => {
  const { body } = await totem.post('/v1/sessions', login('anna-bianchi'))
  const headers = { authorization: `Bearer ${body.token}` }
  const people = [idAnpr('anna-bianchi')]
  const pending = await totem.post('/v1/payments/pending', { people }, headers)
  expect(pending.body).toEqual({ offered: false, payments: [] })
  const wanted = { payment: ulid(), subject: people[0], types: ['8'] }
  const { status, body: refused } = await totem.post('/v1/payments', wanted, headers)
  expect([status, refused]).toEqual([403, { kind: 'payment-unavailable', anpr: null }])
})
