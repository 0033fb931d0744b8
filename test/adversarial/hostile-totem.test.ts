// Over 400 lines: one page of gateway/README.md, sentence by sentence, with one hostile totem for all of them.
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CompactEncrypt, importJWK } from 'jose'
import pg from 'pg'
import { pino } from 'pino'
import { ulid } from 'ulid'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../basics/time.ts'
import { atTotem } from '../../contract/caller.ts'
import type { CardEvidence } from '../../contract/evidence.ts'
import { type CertificateRequest, requestHeader, sealing } from '../../contract/gateway.ts'
import { issueRefusal } from '../../contract/issue-refusal.ts'
import { type Gateway, startGateway } from '../../gateway/index.ts'
import { anotherCard } from '../../simulator/fleet/cards.ts'
import { issueCrls } from '../../simulator/pki/trust-list.ts'
import { people } from '../../simulator/population/people.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { idAnpr, login, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'

// Each sentence of gateway/README.md, "What a hostile or stolen totem may do": a totem with a good TLS certificate whose
// software does what it likes. TT-0001 is hostile.

let postgres: Postgres
let database: pg.Client
let centre: Centre
let hostile: TotemClient
let honest: TotemClient
/** Another gateway on the same database. */
let second: Gateway
let atSecond: TotemClient

beforeAll(async () => {
  postgres = await startPostgres()
  const url = await postgres.database()
  centre = await openCentre(url, {}, { reusePdf: true })
  await connect()
  database = new pg.Client(url)
  await database.connect()
})
async function connect(): Promise<void> {
  hostile = new TotemClient(centre.gateway.url, 'TT-0001')
  honest = new TotemClient(centre.gateway.url, 'TT-0002')
  second = await startGateway(centre.config, { now: () => centre.clock.now, log: pino({ enabled: false }) })
  atSecond = new TotemClient(second.url, 'TT-0001')
}
async function disconnect(): Promise<void> {
  await Promise.all([hostile?.close(), honest?.close(), atSecond?.close()])
  await second?.stop()
}
afterAll(async () => {
  await disconnect()
  await database?.end()
  await centre?.stop()
  await postgres?.stop()
})
// Each test begins on a day of its own, so that the minutes of the one before are over.
let today = Date.now()
beforeEach(() => {
  today += HOUR_MS
  centre.clock.now = new Date(today)
})

const WHO = 'mario-rossi'
const pass = (ms: number) => {
  centre.clock.now = new Date(+centre.clock.now + ms)
}
const given = async (client = hostile): Promise<string> => {
  const { status, body } = await client.post('/v1/challenges', {})
  expect(status).toBe(200)
  return body.challenge
}
/** The totem talks with the gateway once in each of so many minutes, as every totem does. */
async function talk(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    pass(MINUTE_MS)
    await given()
  }
}
/** A log-in of a card that is in the reader, by a fresh challenge unless it names another. */
async function cardSigns(more: Parameters<typeof login>[1] & { bytes?: string } = {}): Promise<CardEvidence> {
  const { bytes, ...options } = more
  const challenge = options.challenge ?? (await given())
  const evidence = login(WHO, { at: centre.clock.now, ...options, challenge })
  return bytes === undefined ? evidence : { ...evidence, certificate: bytes }
}
const itemOf = (evidence: CardEvidence, more: Partial<CertificateRequest> = {}, header: Record<string, string> = {}) =>
  sealed(wish(WHO, { evidence, operation: ulid(), ...more }), header)
/** What became of each item: its state, or the name of its refusal. */
async function asked(items: Awaited<ReturnType<typeof itemOf>>[], client = hostile): Promise<string[]> {
  let { status, body } = await client.submit(...items)
  // A busy machine: the gateway sends backlogs away for a while.
  while (status === 429) {
    await delay(250)
    ;({ status, body } = await client.submit(...items))
  }
  expect(status).toBe(200)
  return body.results.map(
    ({ state, problem, reason }: { state: string; problem?: { kind: string }; reason?: string }) =>
      problem?.kind ?? reason ?? state,
  )
}
const ask = async (evidence: CardEvidence, more: Partial<CertificateRequest> = {}) =>
  (await asked([await itemOf(evidence, more)]))[0]
const openSession = async (evidence: unknown) => {
  const { status, body } = await hostile.post('/v1/sessions', evidence)
  return status === 201 ? { kind: 'opened', token: body.token as string } : { kind: body.kind as string, token: '' }
}
const rows = async () => {
  const tables = ['operation', 'operation_request', 'access_log', 'evidence_use', 'brought_early', 'pgboss.job']
  const counts = await Promise.all(
    tables.map((table) => database.query(`select count(*)::integer as rows from ${table}`)),
  )
  return counts.map(({ rows: [count] }) => count.rows as number)
}
const things: Partial<CertificateRequest>[] = (['1', '3', '5', '7', '8', '10', '11', '12'] as const).map((type) => ({
  types: [type],
}))

describe('without a card', () => {
  test('what it makes up is refused before anything is stored or queued', async () => {
    const challenge = await given()
    const good = await cardSigns({ challenge })
    const garbage = Buffer.alloc(900, 1).toString('base64')
    const forged: [CardEvidence, string][] = [
      [{ ...good, certificate: garbage }, 'certificate-malformed'],
      [{ ...good, signature: Buffer.alloc(256).toString('base64') }, 'signature-invalid'],
      [{ ...good, statement: { ...good.statement, session: ulid() } }, 'signature-invalid'],
      [{ ...good, statement: { ...good.statement, challenge: await given() } }, 'signature-invalid'],
      [await cardSigns({ key: 'anna-bianchi' }), 'signature-invalid'],
      [await cardSigns({ certificate: 'mario-rossi.foreign' }), 'certificate-untrusted'],
      [await cardSigns({ certificate: 'mario-rossi.wrong-policy' }), 'certificate-wrong-policy'],
      [await cardSigns({ certificate: 'mario-rossi.revoked' }), 'certificate-revoked'],
      [await cardSigns({ challenge: Buffer.alloc(32, 7).toString('base64') }), 'challenge-unknown'],
      [await cardSigns({ challenge: await given(honest) }), 'challenge-unknown'],
      [await cardSigns({ caller: atTotem('TT-0002') }), 'statement-other-caller'],
    ]
    const before = await rows()
    const items = await Promise.all(forged.map(([evidence]) => itemOf(evidence, {}, { caller: 'totem/TT-0001' })))
    expect(await asked(items)).toEqual(forged.map(([, kind]) => kind))
    const flood = await Promise.all(
      Array.from({ length: 50 }, () => itemOf({ ...good, certificate: garbage, signature: 'bm8=' })),
    )
    const answers = await Promise.all([hostile, atSecond, hostile].map((client) => asked(flood, client)))
    expect(new Set(answers.flat())).toEqual(new Set(['certificate-malformed']))
    expect(await rows()).toEqual(before)
  })
  test('where no CRL is at hand a good log-in waits, and a forged one is refused all the same', async () => {
    const { crls } = centre.config.trust
    const kept = readdirSync(crls).map((file) => [join(crls, file), readFileSync(join(crls, file))] as const)
    await disconnect()
    for (const [file] of kept) rmSync(file)
    await centre.restartGateway()
    await connect()
    const good = await cardSigns()
    const forged = { ...good, signature: Buffer.alloc(256).toString('base64') }
    expect(await ask(forged)).toBe('signature-invalid')
    expect(await ask(good)).toBe('pending')
    expect((await openSession(await cardSigns())).kind).toBe('revocation-unknown')
    await disconnect()
    await issueCrls(PKI, crls, { nextUpdate: new Date(+centre.clock.now + 90 * DAY_MS) })
    await centre.restartGateway()
    await connect()
    // What waited is carried out now, and writes its lines before another test counts them.
    const waiting = async () => (await database.query(`select from operation where state = 'pending'`)).rowCount
    await expect.poll(waiting, { timeout: 30_000, interval: 100 }).toBe(0)
  })
  test('it fills no table with challenges', async () => {
    const size = async () => {
      const tables = ['hearing', 'spent_challenge', 'session', 'evidence_use', 'brought_early']
      const counts = await Promise.all(tables.map((table) => database.query(`select from ${table}`)))
      return counts.map(({ rowCount }) => rowCount)
    }
    await given()
    const before = await size()
    for (let n = 0; n < 200; n++) await given()
    expect(await size()).toEqual(before)
  })
})

describe('a session', () => {
  test('opens once by a challenge, whatever else the card has signed over it', async () => {
    const challenge = await given()
    const all = await Promise.all(
      [hostile, atSecond, hostile, atSecond].map(async (client) => {
        const { status, body } = await client.post('/v1/sessions', await cardSigns({ challenge }))
        return status === 201 ? 'opened' : body.kind
      }),
    )
    expect(all.toSorted()).toEqual(['opened', 'statement-replayed', 'statement-replayed', 'statement-replayed'])
    // Whoever comes again makes the gateway ask ANPR for nothing more.
    const [, , lines] = await rows()
    for (let n = 0; n < 5; n++)
      expect((await openSession(await cardSigns({ challenge }))).kind).toBe('statement-replayed')
    expect((await rows())[2]).toBe(lines)
  })
  test('does not open by a challenge that is no text of the gateway’s', async () => {
    const challenge = await given()
    const bytes = Buffer.from(challenge, 'base64')
    const flipped = Array.from({ length: 32 }, (_, at) => {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      return changed.toString('base64')
    })
    // The same bytes by another text: four of the last letter's bits count for nothing.
    const other = `${challenge.slice(0, 42)}${String.fromCharCode(challenge.charCodeAt(42) + 1)}=`
    for (const text of [...flipped, other, await given(honest)])
      expect((await openSession(await cardSigns({ challenge: text }))).kind).toBe('challenge-unknown')
  })
  test('does not open by a challenge that is older than five minutes, whenever the card signed it', async () => {
    const early = await cardSigns()
    const { challenge } = early.statement
    pass(5 * MINUTE_MS + 1)
    expect((await openSession(early)).kind).toBe('statement-stale')
    expect((await openSession(await cardSigns({ challenge }))).kind).toBe('statement-stale')
    expect((await openSession(await cardSigns({ challenge, at: new Date(+centre.clock.now + DAY_MS) }))).kind).toBe(
      'statement-stale',
    )
  })
  test('is one of twenty of its person at a totem; the next log-in makes the gateway ask ANPR for nothing', async () => {
    for (let n = 0; n < 20; n++) expect((await openSession(await cardSigns())).kind).toBe('opened')
    const [, , lines] = await rows()
    for (let n = 0; n < 3; n++) expect((await openSession(await cardSigns())).kind).toBe('session-spent')
    expect((await rows())[2]).toBe(lines)
    pass(15 * MINUTE_MS + 1)
    expect((await openSession(await cardSigns())).kind).toBe('opened')
  })
  test('answers sixty questions, and about ten marks', async () => {
    const { token } = await openSession(await cardSigns())
    const authorization = { authorization: `Bearer ${token}` }
    const preview = (number: number) =>
      hostile.post(
        '/v1/previews',
        {
          subject: idAnpr(WHO),
          types: ['8'],
          bollo: { kind: 'contrassegno', number: String(number).padStart(14, '0'), issued: '2026-03-05' },
        },
        authorization,
      )
    const marks = await Promise.all(Array.from({ length: 12 }, (_, number) => preview(number)))
    expect(marks.filter(({ status }) => status === 200)).toHaveLength(10)
    expect(marks.filter(({ body }) => body.kind === 'session-spent')).toHaveLength(2)
    const family = () => hostile.get('/v1/sessions/current/family', authorization)
    for (let n = 0; n < 5; n++) {
      const answers = await Promise.all(Array.from({ length: 10 }, family))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    }
    expect((await family()).body).toEqual({ kind: 'session-spent', anpr: null })
    expect((await hostile.get('/v1/sessions/current/visura', authorization)).body.kind).toBe('session-spent')
  })
})

describe('one log-in', () => {
  test('asks for six things, each once, and an id that comes again gets what is known of it', async () => {
    const evidence = await cardSigns()
    const items = await Promise.all(things.map((more) => itemOf(evidence, more)))
    const six = Array.from({ length: 6 }, () => 'pending')
    expect(await asked(items)).toEqual([...six, 'evidence-spent', 'evidence-spent'])
    expect(await ask(evidence, { types: ['14'] })).toBe('evidence-spent')
    for (const kind of (await asked(items)).slice(0, 6))
      expect(['pending', 'issued', ...issueRefusal.options]).toContain(kind)
    const { body } = await hostile.settled(...items.slice(0, 6))
    expect((await hostile.submit(...items.slice(0, 6))).body).toEqual(body)
  })
  test('asks for nothing twice, in whatever order it names the types', async () => {
    const evidence = await cardSigns()
    const both: Partial<CertificateRequest> = { types: ['8', '12'] }
    expect(await ask(evidence, both)).toBe('pending')
    expect(await ask(evidence, both)).toBe('evidence-spent')
    expect(await ask(evidence, { ...both, types: ['12', '8'] })).toBe('evidence-spent')
    expect(await ask(evidence, { ...both, requestedAt: new Date(0).toISOString() })).toBe('evidence-spent')
    expect(await ask(evidence, { ...both, subject: idAnpr('sofia-rossi') })).toBe('pending')
    expect(await ask(evidence, { ...both, bollo: { kind: 'exempt', exemption: 'adozione' } })).toBe('pending')
  })
  test('is worth no more at two gateways at once', async () => {
    const evidence = await cardSigns()
    const before = await rows()
    const items = await Promise.all(
      people
        .map(({ idAnpr: subject }) => itemOf(evidence, { subject }))
        .concat(...Array.from({ length: 8 }, () => itemOf(evidence, { types: ['8'] }))),
    )
    const answers = await Promise.all(
      items.map((item, n) => asked([item], n % 2 === 0 ? hostile : atSecond).then(([state]) => state)),
    )
    expect(answers.filter((state) => state === 'pending')).toHaveLength(6)
    expect(answers.filter((state) => state === 'evidence-spent')).toHaveLength(items.length - 6)
    const [operations = 0] = await rows()
    expect(operations - (before[0] ?? 0)).toBe(6)
    const holders = await Promise.all(Array.from({ length: 8 }, () => itemOf(evidence, { types: ['12'] })))
    await Promise.all(holders.map((item, n) => asked([item], n % 2 === 0 ? hostile : atSecond)))
    expect((await rows())[0]).toBe(operations)
  })
  test('is one of a card’s on a day: twenty-four requests, however many log-ins the card signs', async () => {
    const bytes = anotherCard(PKI, WHO).toString('base64')
    const states: (string | undefined)[] = []
    for (let n = 0; n < 5; n++) {
      const evidence = await cardSigns({ bytes })
      states.push(...(await asked(await Promise.all(things.slice(0, 6).map((more) => itemOf(evidence, more))))))
    }
    expect(states.filter((state) => state === 'pending')).toHaveLength(24)
    expect(new Set(states.slice(24))).toEqual(new Set(['evidence-spent']))
    // Another totem has its own measure, and tomorrow is another day.
    const elsewhere = login(WHO, { totem: 'TT-0002', at: centre.clock.now, challenge: await given(honest) })
    const there = await sealed(wish(WHO, { evidence: { ...elsewhere, certificate: bytes } }))
    expect(await asked([there], honest)).toEqual(['pending'])
    pass(DAY_MS + 1)
    expect(await ask(await cardSigns({ bytes }))).toBe('pending')
  })
  test('is remembered by names that say nothing', async () => {
    const text = JSON.stringify((await database.query('select * from evidence_use')).rows)
    expect(text.length).toBeGreaterThan(1_000)
    for (const { codiceFiscale, idAnpr: id, surname } of people)
      for (const secret of [codiceFiscale, id, surname]) expect(text).not.toContain(secret)
  })
})

describe('after the card has gone', () => {
  test('a log-in counts while the totem is heard for a visit’s length, and no longer', async () => {
    const evidence = await cardSigns()
    await talk(35)
    expect(await ask(evidence)).toBe('pending')
    await talk(1)
    expect(await ask(evidence, { types: ['12'] })).toBe('evidence-late')
    pass(29 * DAY_MS)
    expect(await ask(evidence, { types: ['12'] })).toBe('evidence-late')
    expect((await openSession(evidence)).kind).toBe('statement-stale')
  })
  test('a statement of tomorrow, signed today, is one of today', async () => {
    const challenge = await given()
    const days = [1, 2, 29]
    const early = await Promise.all(
      days.map((day) => cardSigns({ challenge, at: new Date(+centre.clock.now + day * DAY_MS) })),
    )
    await talk(36)
    for (const [index, evidence] of early.entries()) {
      centre.clock.now = new Date(evidence.statement.at)
      expect([days[index], await ask(evidence)]).toEqual([days[index], 'evidence-late'])
      expect((await openSession(evidence)).kind).toBe('statement-stale')
    }
  })
  test('its own clock, ids and times move nothing', async () => {
    const evidence = await cardSigns({ at: new Date(+centre.clock.now - 12 * DAY_MS) })
    await talk(36)
    for (const at of [Date.parse(evidence.statement.at), +centre.clock.now, +centre.clock.now + 29 * DAY_MS]) {
      const more = { operation: ulid(at), requestedAt: new Date(at).toISOString() }
      expect(await ask(evidence, more)).toBe('evidence-late')
    }
  })
  test('two gateways count the same minutes', async () => {
    const evidence = await cardSigns()
    for (let minute = 0; minute < 35; minute++) {
      pass(MINUTE_MS)
      await Promise.all([hostile, atSecond, hostile].map(given))
    }
    const items = [await itemOf(evidence), await itemOf(evidence, { types: ['12'] })] as const
    expect(await asked([items[0]], atSecond)).toEqual(['pending'])
    pass(MINUTE_MS)
    await given(atSecond)
    expect(await asked([items[1]])).toEqual(['evidence-late'])
  })
  test('what was asked in time is answered long after', async () => {
    const item = await itemOf(await cardSigns())
    const { body } = await hostile.settled(item)
    await talk(36)
    expect((await hostile.submit(item)).body).toEqual(body)
    expect(body.results[0].state).toBe('issued')
  })
})

describe('a line that is away', () => {
  test('costs no request: log-ins of a silence of weeks get through when it is over', async () => {
    const challenge = await given()
    const days = [0.1, 10, 28]
    const began = +centre.clock.now
    const queued = await Promise.all(
      days.map(async (day) => itemOf(await cardSigns({ challenge, at: new Date(began + day * DAY_MS) }))),
    )
    pass(29 * DAY_MS)
    await talk(34)
    expect(await asked(queued)).toEqual(['pending', 'pending', 'pending'])
  })
  test('counts by its minutes: one that comes and goes for a day has half an hour all the same', async () => {
    const evidence = await cardSigns()
    for (let hour = 0; hour < 24; hour++) {
      pass(HOUR_MS)
      await given()
    }
    expect(await ask(evidence)).toBe('pending')
  })
  test('brings of one card twenty-four requests in all, though the totem calls for a minute a day', async () => {
    const bytes = anotherCard(PKI, WHO).toString('base64')
    const logins = await Promise.all(Array.from({ length: 12 }, () => cardSigns({ bytes })))
    const states: (string | undefined)[] = []
    for (let day = 0; day < 3; day++) {
      pass(DAY_MS + 1)
      for (const evidence of logins.slice(4 * day, 4 * day + 4))
        states.push(...(await asked(await Promise.all(things.slice(0, 6).map((more) => itemOf(evidence, more))))))
    }
    expect(states.filter((state) => state === 'pending')).toHaveLength(24)
    expect(new Set(states.slice(24))).toEqual(new Set(['evidence-spent']))
    // Who comes again, with the line there, has the measure of that day.
    expect(await ask(await cardSigns({ bytes }))).toBe('pending')
  })
  test('is not believed for longer than thirty days, nor half an hour after it is back, nor for a session', async () => {
    const challenge = await given()
    pass(20 * DAY_MS)
    const evidence = await cardSigns({ challenge })
    expect((await openSession(evidence)).kind).toBe('statement-stale')
    await talk(36)
    expect(await ask(evidence)).toBe('evidence-late')
    const other = await given()
    pass(30 * DAY_MS + 1)
    expect(await ask(await cardSigns({ challenge: other }))).toBe('request-expired')
  })
  test('counts from the first coming of a request that the gateway had no key for, by its very bytes', async () => {
    const { keys } = centre.config
    const folder = mkdtempSync(join(tmpdir(), 'totem-keys-'))
    const restart = async (change: () => void) => {
      await disconnect()
      change()
      await centre.restartGateway()
      await connect()
    }
    const key = 'sealing-before.jwk.json'
    await restart(() => {
      cpSync(keys.folder, folder, { recursive: true })
      rmSync(join(folder, key))
      centre.config.keys = { ...keys, folder }
    })
    const evidence = await cardSigns()
    const before = JSON.parse(readFileSync(join(PKI, 'gateway.sealing-before.pub.jwk.json'), 'utf8'))
    const request = wish(WHO, { evidence, operation: ulid() })
    const sealedBefore = async (of: CertificateRequest) => ({
      operation: of.operation,
      sealed: await new CompactEncrypt(Buffer.from(JSON.stringify(of)))
        .setProtectedHeader(requestHeader(before.kid, { ...of, caller: atTotem('TT-0001') }))
        .encrypt(await importJWK(before, sealing.alg)),
    })
    const item = await sealedBefore(request)
    expect(await asked([item])).toEqual(['request-unopened'])
    await talk(36)
    await restart(() => copyFileSync(join(keys.folder, key), join(folder, key)))
    // Sealed anew it is another request, which comes now.
    expect(await asked([await sealedBefore(request)])).toEqual(['evidence-late'])
    expect(await asked([await sealedBefore({ ...request, operation: ulid() })])).toEqual(['evidence-late'])
    expect(await asked([item])).toEqual(['pending'])
    await restart(() => {
      centre.config.keys = keys
      rmSync(folder, { recursive: true })
    })
  })
  test('a totem that is sent away for want of room is not heard by that', async () => {
    const evidence = await cardSigns()
    const heard = async () => (await database.query("select minutes from hearing where totem = 'TT-0001'")).rows[0]
    const before = await heard()
    for (let minute = 0; minute < 3; minute++) {
      pass(MINUTE_MS)
      // More at once than one caller may have: some are answered, and the minute counts once.
      await Promise.all(Array.from({ length: 40 }, () => hostile.get('/v1/status')))
    }
    await expect.poll(async () => (await heard()).minutes - before.minutes).toBeLessThanOrEqual(3)
    expect(await ask(evidence)).toBe('pending')
  })
})

describe('a revoked card', () => {
  const daysAgo = (n: number) => new Date(today - n * DAY_MS)
  let bytes: string
  beforeAll(async () => {
    bytes = anotherCard(PKI, WHO).toString('base64')
    await disconnect()
    await issueCrls(PKI, centre.config.trust.crls, {
      nextUpdate: new Date(Date.now() + 99 * DAY_MS),
      revoked: [{ certificate: Buffer.from(bytes, 'base64'), at: daysAgo(10) }],
    })
    await centre.restartGateway()
    await connect()
  })
  test('is refused at both doors, whatever the totem says of the time of its log-in', async () => {
    for (const days of [0, 9, 11, 12, 29]) {
      const evidence = await cardSigns({ bytes, at: daysAgo(days) })
      expect([days, await ask(evidence)]).toEqual([days, 'certificate-revoked'])
      expect((await openSession(evidence)).kind).toBe('certificate-revoked')
    }
  })
  test('counts for a log-in before its revocation only if the gateway has not heard the totem since, with an alarm', async () => {
    const now = centre.clock.now
    centre.clock.now = daysAgo(8)
    const after = await given()
    centre.clock.now = daysAgo(12)
    const before = await given()
    centre.clock.now = now
    const alarms = () => centre.logged().match(/"level":50[^\n]*"card-revoked-since"/g)?.length ?? 0
    const counted = async () => {
      const token = readFileSync(join(PKI, 'operator-token'), 'utf8').trim()
      const dispatcher = new Agent({ connect: { ca: readFileSync(join(PKI, 'gateway-ca.pem'), 'utf8') } })
      const { body } = await request(`${centre.gateway.operatorUrl}/metrics`, {
        dispatcher,
        headers: { authorization: `Bearer ${token}` },
      })
      const metrics = await body.text()
      await dispatcher.close()
      return Number(/^totem_revoked_since_total (\d+)$/m.exec(metrics)?.[1])
    }
    const alarmsBefore = alarms()
    // Given after the revocation: it was revoked when it signed. Claimed after the revocation: the totem says so itself.
    expect(await ask(await cardSigns({ bytes, challenge: after, at: daysAgo(12) }))).toBe('certificate-revoked')
    expect(await ask(await cardSigns({ bytes, challenge: before, at: daysAgo(9) }))).toBe('certificate-revoked')
    const item = await itemOf(await cardSigns({ bytes, challenge: before, at: daysAgo(11) }))
    const { body } = await hostile.settled(item)
    expect(body.results[0].state).toBe('issued')
    await expect.poll(alarms).toBe(alarmsBefore + 1)
    expect(centre.logged()).toMatch(new RegExp(`"card-revoked-since".*${item.operation}`))
    expect(await counted()).toBe(1)
  })
})

test('a stolen TLS key alone opens no session and asks for nothing; its calls are heard as the totem’s', async () => {
  const recorded = await cardSigns()
  const forged = await cardSigns({ key: 'anna-bianchi' })
  expect((await openSession(forged)).kind).toBe('signature-invalid')
  expect(await ask(forged)).toBe('signature-invalid')
  const thief = new TotemClient(second.url, 'TT-0001')
  for (let minute = 0; minute < 36; minute++) {
    pass(MINUTE_MS)
    await given(thief)
  }
  await thief.close()
  expect(await ask(recorded)).toBe('evidence-late')
})
