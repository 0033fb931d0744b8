// Over 400 lines: one gateway on PostgreSQL, read on the wire and in its tables; each start costs seconds.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import { pino } from 'pino'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { heartbeat } from '../../contract/heartbeat.ts'
import { startRetention } from '../../gateway/retention.ts'
import { openStore } from '../../gateway/store/database.ts'
import { people } from '../../simulator/population/people.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { formerRequest, idAnpr, login, openedReceipt, sealed, sealedText, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { chainOf } from '../support/journal/chain.ts'
import { PKI } from '../support/pki.ts'

const DAY = 86_400_000
/** Longer than any start takes on a busy machine. */
const SOON = { timeout: 30_000 }

let postgres: Postgres
let centre: Centre
let database: pg.Pool
let totem: TotemClient
let other: TotemClient
let operator: TotemClient

beforeAll(async () => {
  postgres = await startPostgres()
  centre = await openCentre(postgres.url, {}, { reusePdf: true })
  database = new pg.Pool({ connectionString: postgres.url, max: 2 })
  connectAll()
})
afterEach(() => centre.anpr.setFault({ kind: 'none' }))
afterAll(async () => {
  await closeAll()
  await database?.end()
  await centre?.stop()
  await postgres?.stop()
})

function connectAll(): void {
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
  other = new TotemClient(centre.gateway.url, 'TT-0002')
  operator = new TotemClient(centre.gateway.operatorUrl, null)
}
const closeAll = () => Promise.all([totem?.close(), other?.close(), operator?.close()])

const file = (name: string) => readFileSync(join(PKI, name))
const asTotem = (totem = 'TT-0001') => ({
  ca: file('gateway-ca.pem'),
  cert: file(`totems/${totem}.cert.pem`),
  key: file(`totems/${totem}.key.pem`),
})
const authorization = () => ({ authorization: `Bearer ${file('operator-token').toString().trim()}` })

describe('compression', () => {
  let agent: Agent
  beforeAll(() => {
    agent = new Agent({ connect: asTotem() })
  })
  afterAll(() => agent.close())

  const post = async (body: Buffer, encoding: string) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
    const url = `${centre.gateway.url}/v1/operations`
    const answer = await request(url, { method: 'POST', dispatcher: agent, headers, body })
    await answer.body.dump()
    return answer.statusCode
  }

  test('a batch may come gzipped', async () => {
    const item = await sealed(wish('anna-bianchi'))
    expect(await post(gzipSync(JSON.stringify({ items: [item] })), 'gzip')).toBe(200)
    expect((await totem.settled(item)).body.results[0].state).toBe('issued')
  })
  test.each([
    ['50 MB of blanks in 50 KB', gzipSync(' '.repeat(50_000_000)), 'gzip', 413],
    ['cut in the middle', gzipSync(JSON.stringify({ items: [] }).padEnd(5_000)).subarray(0, 30), 'gzip', 400],
    ['not gzip at all', Buffer.from('{"items":[]}'), 'gzip', 400],
    ['another encoding', Buffer.from('{"items":[]}'), 'br', 415],
  ])('%s: turned away', async (_name, body, encoding, status) => {
    expect(await post(body, encoding)).toBe(status)
  })
  test('a client that asks for gzip gets it', async () => {
    const headers = { 'accept-encoding': 'gzip' }
    const answer = await request(`${centre.gateway.url}/v1/trust`, { dispatcher: agent, headers })
    expect(answer.headers['content-encoding']).toBe('gzip')
    const packed = Buffer.from(await answer.body.arrayBuffer())
    expect(JSON.parse(gunzipSync(packed).toString())).toEqual((await totem.get('/v1/trust')).body)
  })
})

describe('outcomes', () => {
  const outcomes = (after: number, wait = 0) => totem.get(`/v1/outcomes?after=${after}&wait=${wait}`)
  /** All outcomes after `from`, over as many pages as it takes. */
  async function drained(from = 0): Promise<{ cursor: number; pages: string[][] }> {
    const pages: string[][] = []
    let [cursor, more] = [from, true]
    while (more) {
      const { body } = await outcomes(cursor)
      ;({ cursor, more } = body)
      pages.push(operationsOf(body))
    }
    return { cursor, pages }
  }
  const operationsOf = (body: { outcomes: { operation: string }[] }) => body.outcomes.map(({ operation }) => operation)

  test('come in the order of their cursor, each once, and again from an earlier cursor', async () => {
    const items = await Promise.all(Array.from({ length: 6 }, () => sealed(wish('anna-bianchi'))))
    const { cursor: from } = await drained()
    await totem.settled(...items)
    const { body } = await outcomes(from)
    expect(operationsOf(body).sort()).toEqual(items.map(({ operation }) => operation).sort())
    expect((await outcomes(from)).body).toEqual(body)
    expect((await outcomes(body.cursor)).body).toEqual({ cursor: body.cursor, more: false, outcomes: [] })
  })
  test('a held poll tells its totem at once, and no other totem', async () => {
    const { cursor } = await drained()
    const polls = [outcomes(cursor, 25), outcomes(cursor, 25)]
    const stranger = other.get('/v1/outcomes?after=0&wait=1')
    const item = await sealed(wish('anna-bianchi'))
    await totem.submit(item)
    for (const { body } of await Promise.all(polls)) expect(operationsOf(body)).toEqual([item.operation])
    expect((await stranger).body.outcomes).toEqual([])
  })
  test('a totem that opens poll after poll holds four: the oldest is answered at once', async () => {
    const { cursor } = await drained()
    const polls = Array.from({ length: 5 }, () => outcomes(cursor, 25))
    expect((await Promise.race(polls)).body).toEqual({ cursor, more: false, outcomes: [] })
    const item = await sealed(wish('anna-bianchi'))
    await totem.submit(item)
    const told = (await Promise.all(polls)).flatMap(({ body }) => operationsOf(body))
    expect(told).toEqual(Array(4).fill(item.operation))
  })
  test('a cursor that the gateway never gave is answered from the beginning', async () => {
    expect((await outcomes(1_000_000)).body).toEqual((await outcomes(0)).body)
  })
  test('pages are bounded in bytes, but hold at least one outcome', async () => {
    const all = (await drained()).pages.flat()
    await database.query("update operation_outcome set sealed = repeat('x', 600000) where operation = any ($1)", [all])
    expect((await drained()).pages).toEqual(all.map((operation) => [operation]))
  })
  test.each(['', '?after=-1&wait=0', '?after=0&wait=51', '?after=x&wait=1'])(
    'asked with "%s": malformed',
    async (query) => {
      expect((await totem.get(`/v1/outcomes${query}`)).status).toBe(400)
    },
  )
  test('a poll that is held when the gateway stops is answered', async () => {
    const { cursor } = await drained()
    const held = outcomes(cursor, 25)
    await outcomes(cursor)
    const restarted = centre.restartGateway()
    expect(await held).toEqual({ status: 200, body: { cursor, more: false, outcomes: [] } })
    await closeAll()
    await restarted
    connectAll()
  })
})

test('too many bodies at once: the gateway says when to come again, and serves a waiting citizen', async ({
  onTestFinished,
}) => {
  const { hostname, port } = new URL(centre.gateway.url)
  const hanging: TLSSocket[] = []
  onTestFinished(() => {
    for (const socket of hanging) socket.destroy()
  })
  const item = await sealed(wish('anna-bianchi'))
  const backlog = await Promise.all(Array.from({ length: 8 }, () => sealed(wish('anna-bianchi'))))
  const agent = new Agent({ connect: asTotem() })
  onTestFinished(() => agent.close())
  const submit = async () => {
    const answer = await request(`${centre.gateway.url}/v1/operations`, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ items: backlog }),
    })
    await answer.body.dump()
    return { status: answer.statusCode, retryAfter: Number(answer.headers['retry-after'] ?? 0) }
  }
  await expect.poll(submit, SOON).toEqual({ status: 200, retryAfter: 0 })
  // Each announces a body and does not send it. One totem may take 24 of the 32 places.
  for (let count = 0; count < 40; count++) {
    const socket = connect({ host: hostname, port: Number(port), ...asTotem(count < 32 ? 'TT-0002' : 'TT-0001') })
    hanging.push(socket)
    socket.write(
      'POST /v1/operations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n',
    )
  }
  await expect
    .poll(submit, SOON)
    .toEqual({ status: 429, retryAfter: expect.toSatisfy((seconds: number) => seconds >= 1) })
  expect((await totem.submit(item)).status).toBe(200)
  for (const socket of hanging) socket.destroy()
  await expect.poll(async () => (await submit()).status, SOON).toBe(200)
  await totem.settled(item, ...backlog)
})

const dead = async () =>
  (await operator.get('/v1/operator/operations', authorization())).body.operations.filter(
    ({ state }: { state: string }) => state === 'dead',
  )
/** A request for which ANPR had no answer for days. ANPR is down from here on. */
async function givenUp() {
  centre.anpr.setFault({ kind: 'unavailable' })
  const item = await sealed(wish('anna-bianchi'))
  await totem.submit(item)
  await expect
    .poll(async () => {
      // As after days of tries: the next failure is the last one.
      await database.query("update pgboss.job set retry_limit = retry_count where name = 'anpr' and state <> 'failed'")
      return dead()
    }, SOON)
    .toMatchObject([{ operation: item.operation }])
  return item
}

describe('operators', () => {
  test('an operation that was given up shows as dead, and is issued after a redrive', async () => {
    const item = await givenUp()
    expect((await totem.submit(item)).body.results[0].state).toBe('pending')
    centre.anpr.setFault({ kind: 'none' })
    expect((await operator.post('/v1/operator/redrive', '{}', authorization())).body).toEqual({ redriven: 1 })
    expect((await totem.settled(item)).body.results[0].state).toBe('issued')
    expect(await dead()).toEqual([])
  })
  test('health and readiness need no token; the rest does', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await operator.get(path)).status).toBe(200)
    for (const path of ['/metrics', '/v1/operator/totems']) expect((await operator.get(path)).status).toBe(401)
    expect((await operator.post('/v1/operator/redrive', '{}')).status).toBe(401)
  })
  test('the newest heartbeat of each totem is kept', async () => {
    const beat = (uptimeS: number) =>
      heartbeat.parse({
        at: new Date().toISOString(),
        uptimeS,
        versions: { totem: '0.1.0', electron: '33', node: '20', schema: 3 },
        devices: { available: true, restarts: 0, reader: 'empty', printer: 'ready' },
        sheets: 0,
        queue: { queued: 1, submitted: 0, waiting: 0, aside: 0, oldestAgeS: 12 },
        journal: { unsent: 0 },
        disk: { freeMb: 1_000 },
        certificateEnds: new Date(Date.now() + 20 * DAY).toISOString(),
      })
    for (const uptimeS of [1, 61]) expect((await totem.post('/v1/heartbeat', beat(uptimeS))).status).toBe(200)
    expect((await totem.post('/v1/heartbeat', { ...beat(1), name: 'Anna' })).status).toBe(400)
    const { totems } = (await operator.get('/v1/operator/totems', authorization())).body
    const certificateEnds = expect.stringMatching(/^20/)
    expect(totems).toMatchObject([{ totem: 'TT-0001', heartbeat: { uptimeS: 61, certificateEnds } }])
  })
  test('the metrics hold counts and no names', async () => {
    const agent = new Agent({ connect: { ca: file('gateway-ca.pem') } })
    const answer = await request(`${centre.gateway.operatorUrl}/metrics`, {
      dispatcher: agent,
      headers: authorization(),
    })
    const text = await answer.body.text()
    await agent.close()
    expect(text).toMatch(/^totem_items_pending 0$/m)
    expect(text).toMatch(/^totem_items_dead 0$/m)
    expect(text).toMatch(/^totem_totems_seen 1$/m)
    expect(text).toMatch(/^totem_totem_certificates_ending 1$/m)
    expect(text).toMatch(/^totem_certificate_days\{certificate="tls"\} \d/m)
    expect(text).toMatch(/^totem_anpr_seconds_count\{service="C030",answer="ok"\} [1-9]/m)
    for (const { codiceFiscale, idAnpr } of people) {
      expect(text).not.toContain(codiceFiscale)
      expect(text).not.toContain(idAnpr)
    }
    expect(text).not.toContain('TT-0001')
  })
})

describe('what is kept', () => {
  const later = async (days: number) => {
    const log = pino({ enabled: false })
    const store = await openStore({ databaseUrl: postgres.url, dataDir: centre.config.dataDir }, log)
    const retention = startRetention({ store, now: () => new Date(Date.now() + days * DAY), log })
    await retention.run()
    await retention.stop()
    await store.close()
  }
  const atTheTotem = { channel: 'totem', caller: 'TT-0001', actor: null }
  const count = async (query: string, id: string) => (await database.query(query, [id])).rowCount

  test('the access log records who asked what, by keyed hashes', async () => {
    const items = await Promise.all(['anna-bianchi', 'anna-bianchi', 'mario-rossi'].map((who) => sealed(wish(who))))
    await totem.settled(...items)
    const { rows } = await database.query(
      'select operation, channel, caller, actor, requester, subject, types, outcome, protocol, pdf_sha256 from access_log where operation = any ($1)',
      [items.map(({ operation }) => operation)],
    )
    const [first, second, third] = items.map(({ operation }) =>
      rows.find((row) => row.operation === operation && row.types === '8'),
    )
    expect(first).toMatchObject({ ...atTheTotem, types: '8', outcome: 'issued', pdf_sha256: expect.any(String) })
    expect(second.requester).toBe(first.requester)
    expect(third.requester).not.toBe(first.requester)
    for (const { codiceFiscale, idAnpr } of people) {
      expect(JSON.stringify(rows)).not.toContain(codiceFiscale)
      expect(JSON.stringify(rows)).not.toContain(idAnpr)
    }
  })
  test('the access log records each look, also one that ANPR did not answer', async () => {
    const { last } = (await database.query('select max(id) as last from access_log')).rows[0]
    const { body } = await totem.post('/v1/sessions', login('anna-bianchi'))
    const bearer = { authorization: `Bearer ${body.token}` }
    const subject = idAnpr('anna-bianchi')
    centre.anpr.setFault({ kind: 'unavailable' })
    expect((await totem.get('/v1/sessions/current/visura', bearer)).status).toBe(503)
    centre.anpr.setFault({ kind: 'none' })
    const visura = await totem.get('/v1/sessions/current/visura', bearer)
    expect((await totem.get('/v1/sessions/current/family', bearer)).status).toBe(200)
    const preview = (of: string) =>
      totem.post(
        '/v1/previews',
        { subject: of, types: ['8'], bollo: { kind: 'exempt', exemption: 'processuale' } },
        bearer,
      )
    expect((await preview(subject)).status).toBe(200)
    const stranger = await preview(idAnpr('mario-rossi'))
    const item = await sealed(wish('anna-bianchi'))
    await totem.settled(item)
    const { rows } = await database.query('select * from access_log where id > $1 order by id', [last ?? 0])
    const { requester, subject: self } = rows.at(-1)
    const shown = { ...atTheTotem, operation: null, requester, subject: self, outcome: 'shown' }
    expect(rows).toMatchObject([
      { ...shown, types: 'C030' },
      { ...shown, types: 'C029 C021', outcome: 'anpr-unavailable', anpr_operation: null },
      { ...shown, types: 'C029 C021', anpr_operation: visura.body.reference, exemption: null },
      { ...shown, types: 'C021' },
      // What else the register knows of those who may be asked about.
      { ...shown, types: 'C029' },
      { ...shown, types: '8', exemption: 'processuale' },
      { ...shown, types: 'C021' },
      { ...shown, subject: expect.not.stringMatching(self), types: '8', outcome: stranger.body.kind },
      { ...shown, operation: item.operation, types: 'C019' },
      { operation: item.operation, types: '8', outcome: 'issued', protocol: expect.any(String) },
    ])
    for (const { codiceFiscale, idAnpr } of people) {
      expect(JSON.stringify(rows)).not.toContain(codiceFiscale)
      expect(JSON.stringify(rows)).not.toContain(idAnpr)
    }
  })
  test('a request is erased once settled, its outcome days after it was fetched, the operation with its lines in the access log', async () => {
    const item = await sealed(wish('anna-bianchi'))
    const id = item.operation
    await totem.settled(item)
    expect(await count('select from operation_request where operation = $1', id)).toBe(0)
    await later(8)
    expect(await count('select from operation_outcome where operation = $1', id)).toBe(1)
    const all = (await database.query('select max(number) as last from operation')).rows[0].last as number
    await totem.acknowledge(all)
    await later(6)
    expect(await count('select from operation_outcome where operation = $1', id)).toBe(1)
    await later(8)
    expect(await count('select from operation_outcome where operation = $1', id)).toBe(0)
    expect((await totem.submit(item)).body.results).toEqual([
      { operation: id, state: 'refused', problem: { kind: 'request-expired', anpr: null } },
    ])
    expect((await centre.issued()).filter((operation) => operation === id)).toHaveLength(1)
    expect(await count('select from access_log where operation = $1', id)).toBe(2)
    await later(35 * 30)
    expect(await count('select from operation where id = $1', id)).toBe(1)
    await later(37 * 31)
    expect(await count('select from access_log where operation = $1', id)).toBe(0)
    expect(await count('select from operation where id = $1', id)).toBe(0)
  })
  test("a totem's stolen TLS key fetches what it cannot read, and acknowledges nothing", async () => {
    const [mine, others] = [await sealed(wish('anna-bianchi')), await sealed(wish('anna-bianchi'))]
    await totem.settled(mine)
    const { rows } = await database.query("select max(number) as last from operation where totem = 'TT-0001'")
    const { last } = rows[0]
    await totem.settled(others)
    const told = (receipt: string) => totem.get(`/v1/outcomes?after=${last}&wait=0${receipt}`)
    const { body } = await told('&receipt=')
    const token = await openedReceipt(body.receipt, 'TT-0001')
    await expect(openedReceipt(body.receipt, 'TT-0002')).rejects.toThrow()
    const unread = "select from operation where totem = 'TT-0001' and number <= $1 and delivered_at is null"
    const before = await count(unread, last)
    expect(before).toBeGreaterThan(0)
    // The token of another page, another totem's, a guess, none.
    for (const receipt of ['', '&receipt=', `&receipt=${token}`, `&receipt=${'A'.repeat(43)}`, '&receipt=x'])
      await told(receipt)
    expect(await count(unread, last)).toBe(before)
    await later(8)
    expect(await count('select from operation_outcome where operation = $1', mine.operation)).toBe(1)
    await totem.acknowledge(last)
    expect(await count(unread, last)).toBe(0)
    // A token is good for its own page, as often as it is shown.
    await totem.get(`/v1/outcomes?after=${body.cursor}&wait=0&receipt=${token}`)
    expect((await totem.get(`/v1/outcomes?after=${body.cursor}&wait=0&receipt=${token}`)).body.receipt).toBeNull()
    expect(await count(unread, body.cursor)).toBe(0)
  })
  test('an outcome that no totem fetched is erased after five weeks', async () => {
    const item = await sealed(wish('anna-bianchi'))
    await totem.submit(item)
    await expect.poll(() => count('select from operation_outcome where operation = $1', item.operation), SOON).toBe(1)
    await later(34)
    expect(await count('select from operation_outcome where operation = $1', item.operation)).toBe(1)
    await later(36)
    expect(await count('select from operation_outcome where operation = $1', item.operation)).toBe(0)
  })
  test('an operation that was given up is refused after five weeks, and its totem hears of it', async ({
    onTestFinished,
  }) => {
    const { operation } = await givenUp()
    centre.anpr.setFault({ kind: 'none' })
    const now = new Date()
    onTestFinished(() => {
      centre.clock.now = now
    })
    const { rows } = await database.query("select last from outcome_counter where totem = 'TT-0001'")
    await later(34)
    expect(await dead()).toHaveLength(1)
    centre.clock.now = new Date(Date.now() + 36 * DAY)
    const told = totem.get(`/v1/outcomes?after=${rows[0].last}&wait=25`)
    await later(36)
    const problem = { kind: 'request-expired', anpr: null }
    expect((await told).body.outcomes).toEqual([{ operation, state: 'refused', problem }])
    expect(await dead()).toEqual([])
    expect(await centre.issued()).not.toContain(operation)
    expect(await count('select from operation_request where operation = $1', operation)).toBe(0)
    expect(await count("select from access_log where operation = $1 and outcome = 'request-expired'", operation)).toBe(
      1,
    )
  })
  test('a sync log is erased after three years, except for its end, to which the next entry is chained', async () => {
    const entries = chainOf('TT-0002', 5)
    const send = async (batch: typeof entries) => (await other.post('/v1/journal', { entries: batch, base: null })).body
    await send(entries)
    const held = async () =>
      (await database.query("select seq from journal_entry where totem = 'TT-0002' order by seq")).rows.map(
        ({ seq }) => seq,
      )
    await later(35 * 30)
    expect(await held()).toEqual([1, 2, 3, 4, 5])
    await later(37 * 31)
    expect(await held()).toEqual([])
    const { rows: ends } = await database.query("select seq from journal_base where totem = 'TT-0002'")
    expect(ends).toEqual([{ seq: 5 }])
    expect(await send(chainOf('TT-0002', 2, entries[4]))).toMatchObject({ upTo: 7, forked: false })
    expect(await held()).toEqual([6, 7])
  })
  test('a request that an earlier version took in: refused by name, and its totem hears of it', async () => {
    const item = await sealed(wish('anna-bianchi'))
    const { operation } = item
    const { rows } = await database.query("select last from outcome_counter where totem = 'TT-0001'")
    centre.anpr.setFault({ kind: 'unavailable' })
    await totem.submit(item)
    // The first try has read the request and is over.
    const tried = "select from access_log where operation = $1 and outcome = 'anpr-unavailable'"
    await expect.poll(() => count(tried, operation), SOON).toBeGreaterThan(0)
    const old = await sealedText(operation, formerRequest(wish('anna-bianchi', { operation })))
    await database.query('update operation_request set sealed = $2 where operation = $1', [operation, old.sealed])
    centre.anpr.setFault({ kind: 'none' })
    const { body } = await totem.get(`/v1/outcomes?after=${rows[0].last}&wait=25`)
    const problem = { kind: 'request-outdated', anpr: null }
    expect(body.outcomes).toEqual([{ operation, state: 'refused', problem }])
    expect(await centre.issued()).not.toContain(operation)
    expect(await count('select from operation_request where operation = $1', operation)).toBe(0)
  })
  test('a request without a job gets one', async () => {
    centre.anpr.setFault({ kind: 'unavailable' })
    const item = await sealed(wish('anna-bianchi'))
    await totem.submit(item)
    await database.query("delete from pgboss.job where name = 'anpr'")
    centre.anpr.setFault({ kind: 'none' })
    await later(1)
    expect((await totem.settled(item)).body.results[0].state).toBe('issued')
  })
})

test('while the database is away, a read is answered with when to come again', async ({ onTestFinished }) => {
  const server = await startPostgres()
  const own = await openCentre(server.url, {}, { reusePdf: true })
  const agent = new Agent({ connect: asTotem() })
  onTestFinished(async () => {
    await agent.close()
    await own.stop()
  })
  const read = async (path: string) => {
    const answer = await request(`${own.gateway.url}${path}`, { dispatcher: agent })
    await answer.body.dump()
    return { status: answer.statusCode, again: Number(answer.headers['retry-after'] ?? 0) }
  }
  const paths = ['/v1/operations', '/v1/outcomes?after=0&wait=0']
  for (const path of paths) expect(await read(path)).toEqual({ status: 200, again: 0 })
  const told = async () => {
    const answer = await request(`${own.gateway.operatorUrl}/metrics`, { dispatcher: agent, headers: authorization() })
    return { status: answer.statusCode, text: await answer.body.text() }
  }
  expect((await told()).text).toMatch(/^totem_database_up 1$/m)
  expect((await told()).text).toMatch(/^totem_items_pending 0$/m)
  // The proxy drops its connections, and then nothing listens behind its socket.
  await server.stop()
  const away = { status: 503, again: expect.toSatisfy((seconds: number) => seconds >= 1) }
  for (const path of [...paths, ...paths]) expect(await read(path)).toEqual(away)
  // What the process knows by itself is told just now; what the database alone knows is left out, and is not zero.
  const { status, text } = await told()
  expect(status).toBe(200)
  expect(text).toMatch(/^totem_database_up 0$/m)
  for (const known of ['process_cpu_seconds_total', 'totem_requests_shed_total', 'totem_certificate_days'])
    expect(text).toMatch(new RegExp(`^${known}[ {]`, 'm'))
  expect(text).not.toMatch(/^totem_items_pending /m)
  expect(own.logged()).not.toContain('request-failed')
})
