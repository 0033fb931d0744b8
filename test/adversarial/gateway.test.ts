// Over 400 lines: one gateway on each of two databases, and all that its totems and its ANPR may do to it; each start costs seconds.
import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { ulid } from 'ulid'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { atTotem } from '../../contract/caller.ts'
import { startGateway } from '../../gateway/index.ts'
import { startAnpr } from '../../simulator/anpr/index.ts'
import { operationsOf, startGatewayProcess, throughPdnd } from '../../simulator/bench/gateway.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { issueCrls } from '../../simulator/pki/trust-list.ts'
import { people } from '../../simulator/population/people.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { migratedDatabase } from '../support/gateway/database.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import {
  challengeOf,
  formerLogin,
  formerRequest,
  idAnpr,
  login,
  opened,
  sealed,
  sealedText,
  wish,
} from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { chainOf } from '../support/journal/chain.ts'
import { PKI } from '../support/pki.ts'

const MINUTE = 60_000
const counter = { channel: 'counter', id: 'TT-0001-01', person: 'm.verdi' } as const
const DAY = 86_400_000

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.stop())

describe.each(['PGlite', 'PostgreSQL 15'] as const)('gateway on %s', (engine) => {
  let centre: Centre
  let totem: TotemClient
  let other: TotemClient

  beforeAll(async () => {
    centre = await openCentre(engine === 'PGlite' ? null : await postgres.database())
    totem = new TotemClient(centre.gateway.url, 'TT-0001')
    other = new TotemClient(centre.gateway.url, 'TT-0002')
  })
  afterAll(async () => {
    await Promise.all([totem?.close(), other?.close()])
    await centre?.stop()
  })
  afterEach(() => {
    centre.anpr.setFault({ kind: 'none' })
    centre.clock.now = new Date()
  })

  const openSession = async (person: string) => {
    const { body } = await totem.post('/v1/sessions', login(person))
    return { authorization: `Bearer ${body.token}` }
  }
  const issuedByAnpr = async (operation: string) => (await centre.issued()).filter((id) => id === operation)

  describe('door', () => {
    test('a totem sees status', async () => {
      const { status, body } = await totem.get('/v1/status')
      expect(status).toBe(200)
      expect(body).toEqual({ at: expect.any(String), version: expect.any(String) })
    })
    test('no client certificate: the handshake fails', async () => {
      const stranger = new TotemClient(centre.gateway.url, null)
      await expect(stranger.get('/v1/status')).rejects.toThrow()
      await stranger.close()
    })
    test.each([
      ['no JSON', 'POST', '/v1/sessions', '{', 400],
      ['not the contract', 'POST', '/v1/operations', '{"items":[]}', 400],
      ['a field too many', 'POST', '/v1/previews', '{"x":1}', 400],
      ['too large', 'POST', '/v1/sessions', `{"x":"${'a'.repeat(70_000)}"}`, 413],
      ['unknown path', 'GET', '/v1/none', '', 404],
    ] as const)('%s is request-malformed', async (_name, method, path, body, status) => {
      const answer = method === 'GET' ? await totem.get(path) : await totem.post(path, body)
      expect(answer).toEqual({ status, body: { kind: 'request-malformed', anpr: null } })
    })
    test('operators need their token', async () => {
      const operator = new TotemClient(centre.gateway.operatorUrl, null)
      const token = readFileSync(join(PKI, 'operator-token'), 'utf8').trim()
      const path = '/v1/operator/operations'
      expect((await operator.get(path)).status).toBe(401)
      expect((await operator.get(path, { authorization: 'Bearer x' })).status).toBe(401)
      const { status, body } = await operator.get(path, { authorization: `Bearer ${token}` })
      expect(status).toBe(200)
      expect(body).toEqual({ operations: expect.any(Array) })
      await operator.close()
    })
  })

  describe('session', () => {
    test('a good card opens one', async () => {
      const { status, body } = await totem.post('/v1/sessions', login('anna-bianchi'))
      expect(status).toBe(201)
      expect(body.holder).toEqual({ idAnpr: idAnpr('anna-bianchi') })
    })
    test.each([
      ['expired', 'certificate-expired'],
      ['not-yet-valid', 'certificate-not-yet-valid'],
      ['foreign', 'certificate-untrusted'],
      ['wrong-policy', 'certificate-wrong-policy'],
      ['revoked', 'certificate-revoked'],
    ])('card certificate %s: %s', async (variant, kind) => {
      for (const card of ['cns', 'cie'] as const) {
        const evidence = login('mario-rossi', { card, certificate: `mario-rossi.${variant}` })
        const { status, body } = await totem.post('/v1/sessions', evidence)
        expect({ status, body }).toEqual({ status: 403, body: { kind, anpr: null } })
      }
    })
    test('a CIE opens one', async () => {
      const { status, body } = await totem.post('/v1/sessions', login('anna-bianchi', { card: 'cie' }))
      expect(status).toBe(201)
      expect(body.holder.idAnpr).toBe(idAnpr('anna-bianchi'))
    })
    test('certificate of one card, key of another: signature-invalid', async () => {
      const { body } = await totem.post('/v1/sessions', login('mario-rossi', { key: 'anna-bianchi' }))
      expect(body.kind).toBe('signature-invalid')
    })
    test('statement changed after it was signed: signature-invalid', async () => {
      const evidence = login('mario-rossi')
      const { body } = await totem.post('/v1/sessions', {
        ...evidence,
        statement: { ...evidence.statement, session: ulid() },
      })
      expect(body.kind).toBe('signature-invalid')
    })
    test('a login made at another totem', async () => {
      const { body } = await totem.post('/v1/sessions', login('mario-rossi', { totem: 'TT-0002' }))
      expect(body.kind).toBe('statement-other-caller')
    })
    test.each(['phone', 'operator'] as const)('evidence by %s is refused by name, whatever it carries', async (by) => {
      const { statement, certificate, signature } = login('mario-rossi')
      for (const carried of [{}, { certificate, signature }, { assertion: 'x' }]) {
        const answer = await totem.post('/v1/sessions', { by, statement, ...carried })
        expect(answer).toEqual({ status: 403, body: { kind: `${by}-not-accepted`, anpr: null } })
      }
    })
    test('evidence of an unknown kind, or with a field too many, is malformed', async () => {
      const evidence = login('mario-rossi')
      for (const changed of [{ by: 'fax' }, { by: undefined }, { name: 'MARIO' }]) {
        expect((await totem.post('/v1/sessions', { ...evidence, ...changed })).body.kind).toBe('request-malformed')
      }
    })
    test('a login of the format before: request-outdated', async () => {
      const { status, body } = await totem.post('/v1/sessions', formerLogin(login('mario-rossi')))
      expect({ status, body }).toEqual({ status: 403, body: { kind: 'request-outdated', anpr: null } })
    })
    test.each([counter, { ...counter, channel: 'console' }] as const)(
      'a login made at a $channel does not fit the door of the totems',
      async (caller) => {
        const { body } = await totem.post('/v1/sessions', login('mario-rossi', { caller }))
        expect(body.kind).toBe('statement-other-caller')
      },
    )
    test('a totem that calls itself a counter is malformed: no two channels share an id', async () => {
      const caller = { ...counter, id: 'TT-0001' }
      expect((await totem.post('/v1/sessions', login('mario-rossi', { caller }))).body.kind).toBe('request-malformed')
    })
    test.each([-6, 6])('a challenge given %i minutes away is stale', async (minutes) => {
      const challenge = challengeOf(atTotem('TT-0001'), new Date(+centre.clock.now + minutes * MINUTE))
      const { body } = await totem.post('/v1/sessions', login('mario-rossi', { challenge }))
      expect(body.kind).toBe('statement-stale')
    })
    test.each([-400, -6, 6, 400])('a totem whose clock is %i days off opens one all the same', async (days) => {
      const at = new Date(+centre.clock.now + days * DAY)
      const challenge = challengeOf(atTotem('TT-0001'), centre.clock.now)
      expect((await totem.post('/v1/sessions', login('giovanni-ricci', { at, challenge }))).status).toBe(201)
    })
    test('a login used twice, also at the same moment, counts once', async () => {
      const evidence = login('mario-rossi')
      const answers = await Promise.all([1, 2, 3].map(() => totem.post('/v1/sessions', evidence)))
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403])
      const { body } = await totem.post('/v1/sessions', evidence)
      expect(body.kind).toBe('statement-replayed')
    })
    test('a login is not used up while ANPR is down', async () => {
      const evidence = login('mario-rossi')
      centre.anpr.setFault({ kind: 'unavailable' })
      expect(await totem.post('/v1/sessions', evidence)).toEqual({
        status: 503,
        body: { kind: 'anpr-unavailable', anpr: null },
      })
      centre.anpr.setFault({ kind: 'none' })
      expect((await totem.post('/v1/sessions', evidence)).status).toBe(201)
    })
    test('a session ends after fifteen minutes', async () => {
      const session = await openSession('mario-rossi')
      centre.clock.now = new Date(+centre.clock.now + 16 * MINUTE)
      const { status, body } = await totem.get('/v1/sessions/current/family', session)
      expect({ status, kind: body.kind }).toEqual({ status: 401, kind: 'session-expired' })
    })
    test('a session is good at its own totem only', async () => {
      const session = await openSession('mario-rossi')
      expect((await other.get('/v1/sessions/current/family', session)).body.kind).toBe('session-expired')
      expect((await totem.get('/v1/sessions/current/family')).body.kind).toBe('session-expired')
    })
  })

  describe('trust', () => {
    test('totems get the gateway’s list and CRLs byte for byte', async () => {
      const { status, body } = await totem.get('/v1/trust')
      expect(status).toBe(200)
      expect(body.list).toBe(readFileSync(centre.config.trust.list, 'utf8'))
      expect(body.crls).toHaveLength(readdirSync(centre.config.trust.crls).length)
      for (const { sha256, bytes } of body.crls) {
        const crl = await totem.bytes(`/v1/trust/crls/${sha256}`)
        expect(crl).toHaveLength(bytes)
        expect(createHash('sha256').update(crl).digest('hex')).toBe(sha256)
      }
    })
    test.each(['0'.repeat(64), 'x', '..%2f..%2fgateway.json', `${'0'.repeat(64)}.crl`])('no CRL %s', async (name) => {
      expect(await totem.get(`/v1/trust/crls/${name}`)).toEqual({
        status: 404,
        body: { kind: 'request-malformed', anpr: null },
      })
    })
  })

  describe('family and preview', () => {
    test('family sheet: names, years and relations in order', async () => {
      const { body } = await totem.get('/v1/sessions/current/family', await openSession('elena-ferrari'))
      const member = (person: string, name: string, surname: string, yearOfBirth: number, relation: string) => ({
        idAnpr: idAnpr(person),
        name,
        surname,
        sex: person === 'mario-rossi' ? 'M' : 'F',
        yearOfBirth,
        tie: 'family',
        relation,
        self: person === 'elena-ferrari',
        deceased: false,
        blocked: expect.any(Array),
      })
      expect(body.members).toEqual([
        member('mario-rossi', 'MARIO', 'ROSSI', 1979, '1'),
        member('elena-ferrari', 'ELENA', 'FERRARI', 1983, '2'),
        member('sofia-rossi', 'SOFIA', 'ROSSI', 2014, '3'),
      ])
    })
    test('preview of a child; nothing is issued', async () => {
      const before = centre.anpr.issued().length
      const { status, body } = await totem.post(
        '/v1/previews',
        { subject: idAnpr('sofia-rossi'), types: ['8', '12'], bollo: { kind: 'exempt', exemption: 'processuale' } },
        await openSession('mario-rossi'),
      )
      expect(status).toBe(200)
      expect(Buffer.from(body.pdf, 'base64').subarray(0, 5).toString()).toBe('%PDF-')
      expect(centre.anpr.issued()).toHaveLength(before)
    })
    test('preview of a neighbour is refused before ANPR is asked for it', async () => {
      const { status, body } = await totem.post(
        '/v1/previews',
        { subject: idAnpr('anna-bianchi'), types: ['8'], bollo: { kind: 'exempt', exemption: 'processuale' } },
        await openSession('mario-rossi'),
      )
      expect({ status, body }).toEqual({ status: 403, body: { kind: 'not-in-family', anpr: null } })
    })
  })

  describe('operation', () => {
    test('is issued, sealed to the totem, and the PDF is the one that ANPR made', async () => {
      const request = wish('anna-bianchi', { types: ['8', '12'] })
      const { status, body } = await totem.settled(await sealed(request))
      expect(status).toBe(200)
      const [result] = body.results
      expect(result.state).toBe('issued')
      const { header, outcome } = await opened(result.outcome)
      expect(header).toMatchObject({ typ: 'totem-outcome+jwe', op: request.operation, alg: 'ECDH-ES', enc: 'A256GCM' })
      expect(outcome).toMatchObject({ operation: request.operation, types: ['8', '12'] })
      const held = (await centre.operations()).find(({ operation }) => operation === request.operation)
      const made = await fetch(`${centre.anpr.controlUrl}/simulator/issued/${held?.anprId}`)
      expect(Buffer.from(outcome.pdf, 'base64').equals(Buffer.from(await made.arrayBuffer()))).toBe(true)
      await expect(opened(result.outcome, 'TT-0002')).rejects.toThrow()
    })
    test('an operation asked again, also sealed anew, gets the same outcome', async () => {
      const request = wish('anna-bianchi')
      const item = await sealed(request)
      const first = await totem.settled(item)
      expect((await totem.settled(item)).body).toEqual(first.body)
      expect((await totem.settled(await sealed(request))).body).toEqual(first.body)
    })
    test('twenty submissions at once make one certificate', async () => {
      const item = await sealed(wish('anna-bianchi'))
      const answers = await Promise.all(Array.from({ length: 20 }, () => totem.settled(item)))
      const outcomes = new Set(answers.map(({ body }) => body.results[0].outcome))
      expect([...outcomes]).toEqual([expect.any(String)])
      expect(await issuedByAnpr(item.operation)).toHaveLength(1)
    })
    test('the same id twice in one batch makes one certificate', async () => {
      const item = await sealed(wish('anna-bianchi'))
      const { body } = await totem.settled(item, item)
      expect(body.results[0]).toEqual(body.results[1])
    })
    test('ANPR down, then up: pending, then issued', async () => {
      const item = await sealed(wish('giovanni-ricci'))
      centre.anpr.setFault({ kind: 'unavailable' })
      expect((await totem.submit(item)).body.results).toEqual([{ operation: item.operation, state: 'pending' }])
      centre.anpr.setFault({ kind: 'none' })
      expect((await totem.settled(item)).body.results[0].state).toBe('issued')
    })
    test('ANPR answers garbage: pending, never refused', async () => {
      const item = await sealed(wish('giovanni-ricci'))
      centre.anpr.setFault({ kind: 'garbage' })
      expect((await totem.submit(item)).body.results[0].state).toBe('pending')
      centre.anpr.setFault({ kind: 'none' })
      expect((await totem.settled(item)).body.results[0].state).toBe('issued')
    })
    test('ANPR says no: refused with its code, and stays so', async () => {
      const item = await sealed(wish('giovanni-ricci'))
      centre.anpr.setFault({ kind: 'error', code: 'EN286' })
      const refused = {
        operation: item.operation,
        state: 'refused',
        problem: { kind: 'document-not-valid', anpr: 'EN286' },
      }
      expect((await totem.settled(item)).body.results).toEqual([refused])
      centre.anpr.setFault({ kind: 'none' })
      expect((await totem.settled(item)).body.results).toEqual([refused])
    })
    test('a neighbour is not in the family', async () => {
      const item = await sealed(wish('anna-bianchi', { subject: idAnpr('mario-rossi') }))
      expect((await totem.settled(item)).body.results[0].problem).toEqual({ kind: 'not-in-family', anpr: null })
    })
    test('poison in a batch harms nobody else, and the order is kept', async () => {
      const good = [await sealed(wish('anna-bianchi')), await sealed(wish('mario-rossi'))] as const
      const { body } = await totem.settled(good[0], { operation: ulid(), sealed: 'not.a.jwe' }, good[1])
      expect(body.results.map(({ state }: { state: string }) => state)).toEqual(['issued', 'later', 'issued'])
      expect(body.results[2].operation).toBe(good[1].operation)
    })
    test('sealed payloads swapped between items are refused', async () => {
      const [a, b] = [await sealed(wish('anna-bianchi')), await sealed(wish('mario-rossi'))]
      const { body } = await totem.settled({ ...a, sealed: b.sealed }, { ...b, sealed: a.sealed })
      for (const { problem } of body.results) expect(problem.kind).toBe('request-malformed')
      expect([...(await issuedByAnpr(a.operation)), ...(await issuedByAnpr(b.operation))]).toEqual([])
    })
    test.each([
      ['header names another operation', { op: ulid() }],
      ['an outcome handed in as a request', { typ: 'totem-outcome+jwe' }],
    ])('%s: refused', async (_name, header) => {
      const item = await sealed(wish('anna-bianchi'), header)
      expect((await totem.settled(item)).body.results[0].problem.kind).toBe('request-malformed')
    })
    test('the wrong key at the gateway costs nobody a request: it is turned away with an alarm, and issued once the key is right', async () => {
      const request = wish('anna-bianchi')
      const stranger = await sealed(request, { kid: 'other' })
      expect((await totem.submit(stranger)).body.results).toEqual([
        { operation: request.operation, state: 'later', reason: 'request-unopened' },
      ])
      expect(centre.logged()).toMatch(new RegExp(`"level":50.*"request-unopened".*${request.operation}`))
      expect((await totem.settled(await sealed(request))).body.results[0].state).toBe('issued')
    })
    test('body of another operation than its header: refused', async () => {
      const request = wish('anna-bianchi')
      const operation = ulid()
      const { sealed: jwe } = await sealed(request, { op: operation })
      expect((await totem.settled({ operation, sealed: jwe })).body.results[0].problem.kind).toBe('request-malformed')
    })
    test('a known id with another request is refused and changes nothing', async () => {
      const request = wish('anna-bianchi')
      const first = await totem.settled(await sealed(request))
      const forged = await totem.settled(await sealed({ ...request, types: ['12'] }))
      expect(forged.body.results[0].problem.kind).toBe('request-malformed')
      expect((await totem.settled(await sealed(request))).body).toEqual(first.body)
    })
    test("another totem's certificate gets neither the operation nor its outcome", async () => {
      const item = await sealed(wish('anna-bianchi'))
      await totem.settled(item)
      expect((await other.settled(item)).body.results[0].problem.kind).toBe('request-malformed')
      const fresh = await sealed(wish('anna-bianchi'), { caller: 'totem/TT-0002' })
      expect((await other.settled(fresh)).body.results[0].problem.kind).toBe('statement-other-caller')
      const listed = (await other.get('/v1/operations')).body.operations
      expect(listed.map(({ operation }: { operation: string }) => operation)).not.toContain(item.operation)
    })
    test('evidence is judged at the time of its login', async () => {
      // The card was good when the request was queued, and expires while it waits.
      const at = new Date(+centre.clock.now - 20 * DAY)
      const queued = await sealed(
        wish('anna-bianchi', { evidence: login('anna-bianchi', { at, certificate: 'anna-bianchi.expired' }) }),
      )
      expect((await totem.settled(queued)).body.results[0].state).toBe('issued')
    })
    test('thirty-one days old: refused, and decided anew if the gateway’s own clock was wrong', async () => {
      const item = await sealed(wish('anna-bianchi'))
      centre.clock.now = new Date(+centre.clock.now + 31 * DAY)
      expect((await totem.settled(item)).body.results).toEqual([
        { operation: item.operation, state: 'refused', problem: { kind: 'request-expired', anpr: null } },
      ])
      centre.clock.now = new Date()
      expect((await totem.settled(item)).body.results[0].state).toBe('issued')
    })
    test.each([-9_000, -40, 1, 29, 400])('the clock of the totem %i days off: issued', async (days) => {
      const at = new Date(+centre.clock.now + days * DAY)
      const challenge = challengeOf(atTotem('TT-0001'), centre.clock.now)
      const item = await sealed(wish('anna-bianchi', { evidence: login('anna-bianchi', { at, challenge }) }))
      expect((await totem.settled(item)).body.results[0].state).toBe('issued')
    })
    test('a request made half an hour after the login and sent weeks later is issued', async () => {
      const evidence = login('anna-bianchi', { at: new Date(+centre.clock.now - 20 * DAY) })
      const at = Date.parse(evidence.statement.at) + 30 * MINUTE
      const request = wish('anna-bianchi', { evidence, operation: ulid(at), requestedAt: new Date(at).toISOString() })
      expect((await totem.settled(await sealed(request))).body.results[0].state).toBe('issued')
    })
    test('a revoked card asks for nothing', async () => {
      const item = await sealed(
        wish('anna-bianchi', { evidence: login('anna-bianchi', { certificate: 'anna-bianchi.revoked' }) }),
      )
      expect((await totem.settled(item)).body.results[0].problem.kind).toBe('certificate-revoked')
      expect(await issuedByAnpr(item.operation)).toEqual([])
    })
    test.each(['phone', 'operator'] as const)('evidence by %s is refused by name', async (by) => {
      const request = wish('anna-bianchi')
      const item = await sealed({ ...request, evidence: { ...request.evidence, by } })
      expect((await totem.settled(item)).body.results[0].problem).toEqual({ kind: `${by}-not-accepted`, anpr: null })
      expect(await issuedByAnpr(item.operation)).toEqual([])
    })
    test.each([counter, { ...counter, channel: 'console' }] as const)(
      'a login made at a $channel does not fit the queue of a totem',
      async (caller) => {
        const request = wish('anna-bianchi', { evidence: login('anna-bianchi', { caller }) })
        const asTotem = await sealed(request, { caller: 'totem/TT-0001' })
        expect((await totem.settled(asTotem)).body.results[0].problem.kind).toBe('statement-other-caller')
        const asItself = await sealed({ ...request, operation: ulid() })
        expect((await totem.settled(asItself)).body.results[0].problem.kind).toBe('request-malformed')
      },
    )
    test('a request sealed in the format before: refused by name, and nothing of it is kept', async () => {
      const request = wish('anna-bianchi')
      const { operation } = request
      const problem = { kind: 'request-outdated', anpr: null }
      for (const header of [{}, { totem: 'TT-0001', caller: '' }]) {
        const item = await sealedText(operation, formerRequest(request), header)
        expect((await totem.submit(item)).body.results).toEqual([{ operation, state: 'refused', problem }])
      }
      expect((await totem.settled(await sealed(request))).body.results[0].state).toBe('issued')
    })
    test('a request sealed in the format before that has taken effect: its own totem gets what became of it', async () => {
      const request = wish('anna-bianchi')
      const { operation } = request
      const { outcome } = (await totem.settled(await sealed(request))).body.results[0]
      const former = await sealedText(operation, formerRequest(request))
      // A new request beside it takes effect as always.
      const fresh = await sealed(wish('anna-bianchi'))
      const { results } = (await totem.submit(former, fresh)).body
      expect(results).toEqual([
        { operation, state: 'issued', outcome },
        { operation: fresh.operation, state: 'pending' },
      ])
      expect((await totem.submit(former)).body.results).toEqual([{ operation, state: 'issued', outcome }])
      expect((await totem.settled(fresh)).body.results[0].state).toBe('issued')
      // Another totem that names the operation learns nothing of it.
      const problem = { kind: 'request-outdated', anpr: null }
      expect((await other.submit(former)).body.results).toEqual([{ operation, state: 'refused', problem }])
      expect(await issuedByAnpr(operation)).toHaveLength(1)
    })
    test('a request of a newer totem waits for a newer gateway, and an operator hears of it', async () => {
      const { operation } = wish('anna-bianchi')
      const item = await sealedText(operation, { version: 4, operation })
      expect((await totem.submit(item)).body.results).toEqual([{ operation, state: 'later', reason: 'request-later' }])
      expect(centre.logged()).toMatch(new RegExp(`"level":50.*"request-later".*${operation}`))
    })
    test('a forged login in a sealed request is refused', async () => {
      const item = await sealed(wish('anna-bianchi', { evidence: login('anna-bianchi', { key: 'mario-rossi' }) }))
      expect((await totem.settled(item)).body.results[0].problem.kind).toBe('signature-invalid')
    })
    test('outcomes are there after a restart', async () => {
      const item = await sealed(wish('anna-bianchi'))
      const first = await totem.settled(item)
      await Promise.all([totem.close(), other.close()])
      await centre.restartGateway()
      totem = new TotemClient(centre.gateway.url, 'TT-0001')
      other = new TotemClient(centre.gateway.url, 'TT-0002')
      expect((await totem.settled(item)).body).toEqual(first.body)
      const { operations } = (await totem.get('/v1/operations')).body
      expect(operations.filter((o: { operation: string }) => o.operation === item.operation)).toEqual([
        { operation: item.operation, state: 'issued', at: expect.any(String) },
      ])
    })
  })

  describe('sync log', () => {
    const chain = chainOf('TT-0001', 10)
    const send = (entries: unknown[]) => totem.post('/v1/journal', { entries, base: null })

    test('gaps, tampering and repetitions', async () => {
      expect((await send(chain.slice(0, 3))).body).toEqual({ upTo: 3, anchor: expect.any(String), forked: false })
      expect((await send(chain.slice(0, 5))).body).toEqual({ upTo: 5, anchor: null, forked: false })
      expect((await send(chain.slice(6))).body).toEqual({ upTo: 5, anchor: null, forked: false })
      const changed = chain.map((entry) => (entry.seq === 7 ? { ...entry, fields: { state: 'down' } } : entry))
      expect((await send(changed)).body).toEqual({ upTo: 6, anchor: null, forked: false })
      expect((await send(chain)).body).toEqual({ upTo: 10, anchor: null, forked: false })
    })
    test('a log sent twice at the same moment is held once', async () => {
      const last = chain.at(-1)
      const more = chainOf('TT-0001', 5, { seq: last?.seq ?? 0, hash: last?.hash ?? '' })
      const answers = await Promise.all([send(more), send(more), send(more)])
      for (const { body } of answers) expect(body).toEqual({ upTo: 15, anchor: null, forked: false })
    })
    test("another totem's entries are not taken", async () => {
      expect((await other.post('/v1/journal', { entries: chain, base: null })).body.upTo).toBe(0)
    })
    test('an entry that the closed list does not allow is not taken', async () => {
      const named = chainOf('TT-0002', 1).map((entry) => ({ ...entry, fields: { state: 'up', name: 'Anna' } }))
      expect((await other.post('/v1/journal', { entries: named, base: null })).body.upTo).toBe(0)
    })
  })

  test('the log names nobody', () => {
    expect(centre.logged()).toContain('operation-issued')
    for (const { surname, codiceFiscale, idAnpr: id } of people) {
      for (const secret of [surname, surname.toUpperCase(), codiceFiscale, id]) {
        expect(centre.logged()).not.toContain(secret)
      }
    }
  })
})

test('two gateways on one PostgreSQL: one operation, one outcome', async ({ onTestFinished }) => {
  const centre = await openCentre(await postgres.database())
  onTestFinished(() => centre.stop())
  const second = await startGateway(centre.config, { log: pino({ enabled: false }) })
  onTestFinished(() => second.stop())
  const totems = [centre.gateway, second].map(({ url }) => new TotemClient(url, 'TT-0001'))
  const item = await sealed(wish('anna-bianchi'))
  const answers = await Promise.all([...totems, ...totems, ...totems].map((totem) => totem.settled(item)))
  expect(new Set(answers.map(({ body }) => body.results[0].outcome)).size).toBe(1)
  expect(await centre.issued()).toEqual([item.operation])
  await Promise.all(totems.map((totem) => totem.close()))
})

test('a gateway that is stopped first finishes its work', async ({ onTestFinished }) => {
  const centre = await openCentre(await postgres.database())
  onTestFinished(() => centre.stop())
  centre.anpr.setFault({ kind: 'slow', ms: 200 })
  const item = await sealed(wish('anna-bianchi'))
  const totem = new TotemClient(centre.gateway.url, 'TT-0001')
  expect((await totem.submit(item)).body.results).toEqual([{ operation: item.operation, state: 'pending' }])
  await totem.close()
  await centre.restartGateway()
  const again = new TotemClient(centre.gateway.url, 'TT-0001')
  const { operations } = (await again.get('/v1/operations')).body
  expect(operations).toEqual([{ operation: item.operation, state: 'issued', at: expect.any(String) }])
  await again.close()
})

test('no CRL at hand costs nobody a request: no session, the request stays pending, and is issued once the CRL is there', async ({
  onTestFinished,
}) => {
  const centre = await openCentre(await postgres.database())
  onTestFinished(() => centre.stop())
  const { crls } = centre.config.trust
  for (const file of readdirSync(crls)) rmSync(join(crls, file))
  await centre.restartGateway()
  const session = async () => {
    const totem = new TotemClient(centre.gateway.url, 'TT-0001')
    const { status, body } = await totem.post('/v1/sessions', login('anna-bianchi'))
    await totem.close()
    return body.kind ?? status
  }
  const item = await sealed(wish('anna-bianchi'))
  const totem = new TotemClient(centre.gateway.url, 'TT-0001')
  expect((await totem.submit(item)).body.results).toEqual([{ operation: item.operation, state: 'pending' }])
  await totem.close()
  expect(await session()).toBe('revocation-unknown')
  await expect
    .poll(centre.logged, { timeout: 30_000 })
    .toMatch(new RegExp(`"level":50.*"revocation-unknown".*${item.operation}`))
  await issueCrls(PKI, crls)
  await centre.restartGateway()
  const again = new TotemClient(centre.gateway.url, 'TT-0001')
  expect((await again.settled(item)).body.results[0].state).toBe('issued')
  await again.close()
  expect(await session()).toBe(201)
})

test('a totem gets a new key or is withdrawn by its key file alone, at once', async ({ onTestFinished }) => {
  await makePki(PKI)
  const folder = mkdtempSync(join(tmpdir(), 'totem-provisioning-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const keyFile = (totem: string) => `${totem}.outcome.pub.jwk.json`
  const provision = (totem: string) =>
    copyFileSync(join(PKI, 'totems', keyFile(totem)), join(folder, keyFile('TT-0001')))
  const centre = await openCentre(await postgres.database(), { totems: folder })
  onTestFinished(() => centre.stop())
  const totem = new TotemClient(centre.gateway.url, 'TT-0001')
  onTestFinished(() => totem.close())
  const issued = async () => (await totem.settled(await sealed(wish('anna-bianchi')))).body.results[0].outcome

  expect((await totem.get('/v1/status')).status).toBe(403)
  provision('TT-0001')
  await opened(await issued(), 'TT-0001')
  provision('TT-0002')
  await opened(await issued(), 'TT-0002')
  rmSync(join(folder, keyFile('TT-0001')))
  expect(await totem.get('/v1/status')).toEqual({ status: 403, body: { kind: 'request-malformed', anpr: null } })
  writeFileSync(join(folder, keyFile('TT-0001')), '{"half":')
  expect((await totem.get('/v1/status')).status).toBe(500)
  provision('TT-0001')
  expect((await totem.get('/v1/status')).status).toBe(200)
})

// The embedded database starts three times, each in some seconds, in many on a busy machine.
const STARTS_MS = 180_000

test('gateway killed again and again while it issues: every request ends issued, once', {
  timeout: STARTS_MS,
}, async ({ onTestFinished }) => {
  await makePki(PKI)
  const folder = mkdtempSync(join(tmpdir(), 'totem-gateway-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const anpr = await startAnpr({ port: 0, pki: PKI })
  onTestFinished(() => anpr.stop())
  const gateway = await startGatewayProcess({
    folder: join(folder, 'gateway'),
    log: join(folder, 'gateway.log'),
    pki: PKI,
    anpr: throughPdnd(anpr.access),
    database: await migratedDatabase(),
  })
  onTestFinished(() => gateway.stop())
  const asking = new TotemClient(`https://127.0.0.1:${gateway.port}`, 'TT-0001')
  const { challenge } = (await asking.post('/v1/challenges', {})).body
  await asking.close()
  const evidence = () => login('anna-bianchi', { challenge })
  const items = await Promise.all(
    Array.from({ length: 12 }, async () => sealed(wish('anna-bianchi', { evidence: evidence() }))),
  )
  const submit = async () => {
    const totem = new TotemClient(`https://127.0.0.1:${gateway.port}`, 'TT-0001')
    try {
      return await totem.settled(...items)
    } finally {
      await totem.close()
    }
  }
  for (let round = 0; round < 2; round++) {
    const cut = submit().catch(() => null)
    // At a random moment of the second that a batch takes.
    await delay(Math.random() * 600)
    await gateway.kill()
    await cut
    await gateway.restart()
  }
  const first = await submit()
  expect(first.body.results.map(({ state }: { state: string }) => state)).toEqual(items.map(() => 'issued'))
  expect((await submit()).body).toEqual(first.body)
  const held = await gateway.operations()
  for (const { outcome } of first.body.results) {
    const { pdf, operation } = (await opened(outcome)).outcome
    const id = held.find((one) => one.operation === operation)?.anprId
    const made = await fetch(`${anpr.controlUrl}/simulator/issued/${id}`)
    expect(Buffer.from(pdf, 'base64').equals(Buffer.from(await made.arrayBuffer()))).toBe(true)
  }
  expect(operationsOf(anpr.issued(), held).sort()).toEqual(items.map(({ operation }) => operation).sort())
  expect(held.map(({ state }) => state)).toEqual(items.map(() => 'issued'))
})

test('a gateway dies with requests in hand: another one takes them over', { timeout: STARTS_MS }, async ({
  onTestFinished,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'totem-gateways-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const anpr = await startAnpr({ port: 0, pki: PKI, reusePdf: true })
  onTestFinished(() => anpr.stop())
  const databaseUrl = await postgres.database()
  const start = async (name: string) => {
    const files = { folder: join(folder, name), log: join(folder, `${name}.log`), pki: PKI }
    const gateway = await startGatewayProcess({ ...files, anpr: throughPdnd(anpr.access), databaseUrl })
    onTestFinished(() => gateway.stop())
    const totem = new TotemClient(`https://127.0.0.1:${gateway.port}`, 'TT-0001')
    onTestFinished(() => totem.close())
    return { gateway, totem }
  }
  const first = await start('first')
  const { challenge } = (await first.totem.post('/v1/challenges', {})).body
  const evidence = () => login('anna-bianchi', { challenge })
  const items = await Promise.all(
    Array.from({ length: 4 }, async () => sealed(wish('anna-bianchi', { evidence: evidence() }))),
  )
  anpr.setFault({ kind: 'slow', ms: 5_000 })
  await first.totem.submit(...items)
  const database = new pg.Client(databaseUrl)
  await database.connect()
  onTestFinished(() => database.end())
  const inHand = async () => (await database.query("select from pgboss.job where state = 'active'")).rowCount
  await expect.poll(inHand, { timeout: 30_000 }).toBe(4)
  await first.gateway.kill()
  anpr.setFault({ kind: 'none' })

  const second = await start('second')
  const { body } = await second.totem.settled(...items)
  expect(body.results.map(({ state }: { state: string }) => state)).toEqual(items.map(() => 'issued'))
  const issued = operationsOf(anpr.issued(), await second.gateway.operations())
  expect(issued.sort()).toEqual(items.map(({ operation }) => operation).sort())
})
