import { subscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { personSection } from '../../contract/person.ts'
import { throughRegistrar } from '../../simulator/bench/gateway.ts'
import { people } from '../../simulator/population/people.ts'
import { openAnprLine, type Question, type Told } from '../support/gateway/anpr-line.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { idAnpr, login, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'

// Every call that reaches ANPR, counted on the way, against the lines of the access log.

const SOON = { timeout: 30_000 }
/** Routes of every server that is made here, as `METHOD path`. */
const routes = new Set<string>()
subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.add(`${each} ${url}`)
  })
})

/** What goes over the line to ANPR; `silent`: it lets nothing come back. */
const state = { silent: false, calls: [] as string[] }
async function counted({ service, ask }: Question): Promise<Told> {
  state.calls.push(service.split('-')[0] ?? service)
  return state.silent ? new Promise<never>(() => {}) : ask()
}

let postgres: Postgres
let centre: Centre
let database: pg.Pool
let totem: TotemClient
let door: TotemClient
let line: Awaited<ReturnType<typeof openAnprLine>>

beforeAll(async () => {
  line = await openAnprLine(counted)
  postgres = await startPostgres()
  const url = await postgres.database()
  const throughLine: typeof line.throughLine = (direct) => ({ ...line.throughLine(direct), timeoutMs: 400 })
  const nowhere = { gatewayUrl: 'https://localhost:9', enrolmentUrl: 'https://localhost:9' }
  centre = await openCentre(url, { enrolment: throughRegistrar(PKI, nowhere) }, { reusePdf: true, throughLine })
  database = new pg.Pool({ connectionString: url, max: 2 })
  totem = new TotemClient(centre.gateway.url, 'TT-0001')
  door = new TotemClient(centre.gateway.enrolmentUrl ?? '', null)
})
afterAll(async () => {
  await totem?.close()
  await door?.close()
  await database?.end()
  line?.close()
  await centre?.stop()
  await postgres?.stop()
})

const exempt = { kind: 'exempt', exemption: 'processuale' } as const
const lastLine = async () => Number((await database.query('select max(id) as last from access_log')).rows[0].last ?? 0)
const linesAfter = async (id: number) =>
  (await database.query('select * from access_log where id > $1 order by id', [id])).rows

/** What a line says that ANPR was asked for. */
const servicesOf = ({ types }: { types: string }) =>
  types.startsWith('C') ? types.split(' ') : types === '' ? [] : ['ANPR']

/** Everything that a totem can ask, whatever it is good for. */
const ASKED: Record<string, (bearer: Record<string, string>) => Promise<unknown>> = {
  'POST /v1/sessions': () => totem.post('/v1/sessions', login('mario-rossi')),
  'GET /v1/sessions/current/family': (bearer) => totem.get('/v1/sessions/current/family', bearer),
  'GET /v1/sessions/current/visura': (bearer) => totem.get('/v1/sessions/current/visura', bearer),
  'POST /v1/sessions/current/person': async (bearer) => {
    // Every section of oneself, a relative, and a stranger.
    const asked = (who: string, sections: string[]) => ({ subject: idAnpr(who), sections, on: null })
    const path = '/v1/sessions/current/person'
    await totem.post(path, asked('mario-rossi', personSection.options), bearer)
    await totem.post(path, asked('sofia-rossi', ['identity']), bearer)
    await totem.post(path, asked('anna-bianchi', ['identity']), bearer)
  },
  'GET /v1/sessions/current/requests': (bearer) => totem.get('/v1/sessions/current/requests', bearer),
  'GET /v1/sessions/current/accesses': (bearer) => totem.get('/v1/sessions/current/accesses', bearer),
  'POST /v1/previews': async (bearer) => {
    // Oneself, a relative, a stranger, and what ANPR is never asked.
    const asked = (who: string, types = ['8']) => ({ subject: idAnpr(who), types, bollo: exempt })
    await totem.post('/v1/previews', asked('mario-rossi'), bearer)
    await totem.post('/v1/previews', asked('anna-bianchi'), bearer)
  },
  'POST /v1/operations': async () => {
    await totem.submit(await sealed(wish('mario-rossi')), await sealed(wish('anna-bianchi', { types: ['12'] })))
  },
  'POST /v1/operations/withdraw': (bearer) => totem.post('/v1/operations/withdraw', {}, bearer),
  'GET /v1/operations': () => totem.get('/v1/operations'),
  'GET /v1/outcomes': () => totem.get('/v1/outcomes?after=0&wait=0'),
  'POST /v1/journal': () => totem.post('/v1/journal', { entries: [], base: null }),
  'GET /v1/status': () => totem.get('/v1/status'),
  // No pagoPA is set up here, and a payment asks nothing of ANPR.
  'GET /v1/payments/current': (bearer) => totem.get('/v1/payments/current', bearer),
  'POST /v1/payments': (bearer) => totem.post('/v1/payments', {}, bearer),
  'POST /v1/payments/pending': (bearer) => totem.post('/v1/payments/pending', {}, bearer),
  'POST /v1/payments/withdraw': (bearer) => totem.post('/v1/payments/withdraw', {}, bearer),
  'POST /v1/challenges': () => totem.post('/v1/challenges', {}),
  'POST /v1/heartbeat': () => totem.post('/v1/heartbeat', {}),
  'POST /v1/readiness': () => totem.post('/v1/readiness', {}),
  'GET /v1/trust': () => totem.get('/v1/trust'),
  'GET /v1/trust/crls/:sha256': () => totem.get('/v1/trust/crls/0'),
  'GET /v1/keys': () => totem.get('/v1/keys'),
  'GET /v1/outcome-key': () => totem.get('/v1/outcome-key'),
  'POST /v1/handovers': () => totem.post('/v1/handovers', {}),
  'GET /v1/handovers': () => totem.get('/v1/handovers?id=0'),
  'POST /v1/handovers/withdrawn': () => totem.post('/v1/handovers/withdrawn', {}),
  // A machine that becomes a totem, and a totem that renews its certificate, ask nothing of ANPR.
  'POST /v1/enrolment/begin': () => door.post('/v1/enrolment/begin', {}),
  'POST /v1/enrolment/finish': () => door.post('/v1/enrolment/finish', {}),
  'POST /v1/enrolment/renewal': () => door.post('/v1/enrolment/renewal', { totem: 'TT-0001' }),
  'POST /v1/enrolment/renewed': () => door.post('/v1/enrolment/renewed', {}),
  'POST /v1/certificate/renewal': () => totem.post('/v1/certificate/renewal', { totem: 'TT-0001' }),
  'POST /v1/certificate/renewed': () => totem.post('/v1/certificate/renewed', {}),
  'GET /v1/service/access': () => totem.get('/v1/service/access'),
  'GET /v1/commands': () => totem.get('/v1/commands?after=0'),
  'POST /v1/commands/outcomes': () => totem.post('/v1/commands/outcomes', {}),
  'POST /v1/commands/outcome-key': () => totem.post('/v1/commands/outcome-key', { signed: 'x' }),
  // The last one that has a session.
  'POST /v1/sessions/current/end': (bearer) => totem.post('/v1/sessions/current/end', {}, bearer),
}

test('the walk below knows every route that a totem can call', () => {
  const known = [...routes].filter((each) => /^(GET|POST|PUT|DELETE|PATCH) \/v1\/(?!operator)/.test(each))
  expect(Object.keys(ASKED).sort()).toEqual(known.sort())
})

describe.each<[string, () => void, string[]]>([
  ['answers', () => centre.anpr.setFault({ kind: 'none' }), ['shown', 'issued']],
  ['refuses', () => centre.anpr.setFault({ kind: 'error', code: 'EN148' }), ['EN148']],
  ['is away', () => centre.anpr.setFault({ kind: 'unavailable' }), ['anpr-unavailable']],
  ['answers nonsense', () => centre.anpr.setFault({ kind: 'garbage' }), ['anpr-unreadable']],
  [
    'is silent',
    () => {
      state.silent = true
    },
    ['anpr-unavailable'],
  ],
])('ANPR %s', (_, fault, outcomes) => {
  test('each call about a person has its line, and the line says how it ended', async ({ onTestFinished }) => {
    onTestFinished(async () => {
      state.silent = false
      centre.anpr.setFault({ kind: 'none' })
      // Nothing of this test is left to be done in the next one.
      await expect
        .poll(async () => (await database.query("select from operation where state = 'pending'")).rowCount, SOON)
        .toBe(0)
    })
    const { body } = await totem.post('/v1/sessions', login('mario-rossi'))
    const last = await lastLine()
    state.calls = []
    fault()
    for (const ask of Object.values(ASKED)) await ask({ authorization: `Bearer ${body.token}` })
    const certificates = (services: string[]) => services.filter((each) => each === 'ANPR').length
    const consultations = (services: string[]) => services.filter((each) => each !== 'ANPR').sort()
    await expect
      .poll(async () => {
        const lines = await linesAfter(last)
        const noted = lines.flatMap(servicesOf)
        const { calls } = state
        return {
          consultations: consultations(noted).join() === consultations(calls).join(),
          // An operation has its line also where ANPR did not know its person and was asked no more.
          certificates: certificates(noted) >= certificates(calls),
          operations: new Set(lines.map(({ operation }) => operation)).size,
          open: lines.filter(({ outcome }) => outcome === 'asked').length,
          // An operation is asked for in two calls, and between them nothing is open.
          missing: outcomes.filter((each) => !lines.some(({ outcome }) => outcome === each)),
        }
      }, SOON)
      .toEqual({ consultations: true, certificates: true, operations: 3, open: 0, missing: [] })
    const lines = await linesAfter(last)
    for (const each of lines) {
      expect(each).toMatchObject({ channel: 'totem', caller: 'TT-0001', requester: expect.any(String) })
      expect(each.subject).toEqual(expect.any(String))
    }
    for (const { codiceFiscale, idAnpr } of people) {
      expect(JSON.stringify(lines)).not.toContain(codiceFiscale)
      expect(JSON.stringify(lines)).not.toContain(idAnpr)
    }
  })
})

test('a session’s look-up names its person as all later lines do, and a refused one as the card did', async () => {
  let last = await lastLine()
  const { body } = await totem.post('/v1/sessions', login('mario-rossi'))
  await totem.get('/v1/sessions/current/family', { authorization: `Bearer ${body.token}` })
  const [session, family] = await linesAfter(last)
  expect(session).toMatchObject({ types: 'C030', outcome: 'shown', operation: null, exemption: null })
  expect(family).toMatchObject({ types: 'C021', requester: session.requester, subject: session.subject })

  last = await lastLine()
  centre.anpr.setFault({ kind: 'error', code: 'EN122' })
  expect((await totem.post('/v1/sessions', login('mario-rossi'))).status).toBe(403)
  centre.anpr.setFault({ kind: 'none' })
  const { requester } = session
  expect(await linesAfter(last)).toMatchObject([{ types: 'C030', outcome: 'EN122', requester, subject: requester }])
})

test('evidence that proves nobody asks ANPR nothing', async () => {
  const last = await lastLine()
  state.calls = []
  const forged = { ...login('mario-rossi'), signature: login('anna-bianchi').signature }
  expect((await totem.post('/v1/sessions', forged)).status).toBe(403)
  expect(state.calls).toEqual([])
  expect(await linesAfter(last)).toEqual([])
})

test('while no line can be written, ANPR is not asked', async () => {
  const { body } = await totem.post('/v1/sessions', login('mario-rossi'))
  const bearer = { authorization: `Bearer ${body.token}` }
  await database.query('alter table access_log rename to access_log_away')
  state.calls = []
  expect((await totem.post('/v1/sessions', login('mario-rossi'))).status).toBe(500)
  for (const path of ['family', 'visura'])
    expect((await totem.get(`/v1/sessions/current/${path}`, bearer)).status).toBe(500)
  const preview = { subject: idAnpr('mario-rossi'), types: ['8'], bollo: exempt }
  expect((await totem.post('/v1/previews', preview, bearer)).status).toBe(500)
  expect(state.calls).toEqual([])
  await database.query('alter table access_log_away rename to access_log')
})

test('the ID ANPR that was told for a session is not asked again for its operations, and serves nobody else', async () => {
  const settled = () =>
    expect
      .poll(async () => (await database.query("select from operation where state = 'pending'")).rowCount, SOON)
      .toBe(0)
  // A busy machine may ask again.
  const services = () => [...new Set(state.calls)].sort()
  await totem.post('/v1/sessions', login('mario-rossi'))
  state.calls = []
  await totem.submit(await sealed(wish('mario-rossi')))
  await settled()
  expect(services()).toEqual(['ANPR', 'C019'])
  // Who has no session is asked about once, for all that they have waiting.
  for (const wanted of [
    ['ANPR', 'C019', 'C030'],
    ['ANPR', 'C019'],
  ]) {
    state.calls = []
    await totem.submit(await sealed(wish('giovanni-ricci')))
    await settled()
    expect(services()).toEqual(wanted)
  }
})
