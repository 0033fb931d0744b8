import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactSign, importJWK } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, italianDay } from '../../basics/time.ts'
import { totemConfigIn } from '../../contract/config.ts'
import { SERVICE_ACCESS_TYP, type ServiceAccess } from '../../contract/service.ts'
import { digestOf, newToken, textOfLine } from '../../gateway/settings/operators.ts'
import { createEnrolmentClient } from '../../main/enrolment/client.ts'
import { enrol } from '../../main/enrolment/enrol.ts'
import { loadTotemKeys } from '../../main/keys/totem-keys.ts'
import { createAccess, keptAccess } from '../../main/service/access.ts'
import { judgeCode, standingOf } from '../../main/service/entry.ts'
import { codeTries } from '../../main/service/tries.ts'
import { createGatewayClient, type GatewayClient } from '../../main/sync/client.ts'
import { throughRegistrar } from '../../simulator/bench/gateway.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { verifyGatewayKeys } from '../../trust/gateway-keys.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'

// Who may work on a totem: the real gateway's grants over mutual TLS, and whoever holds the line, a disk or an old code.

const read = (name: string) => readFileSync(join(PKI, name), 'utf8').trim()
const CARD = 'c0'.repeat(32)
let centre: Centre
let operator: TotemClient
let client: GatewayClient
let anchors: () => Parameters<typeof keptAccess>[1]['keys']
let folder: string
const tokens = { rossi: newToken(), verdi: newToken() }

const as = (who: keyof typeof tokens) => ({ authorization: `Bearer ${tokens[who]}` })
const ask = async (who: keyof typeof tokens, path: string, body: object) =>
  (await operator.post(`/v1/operator/service/${path}`, body, as(who))).body
const grantFor = async (totem: string | null, card = CARD) => {
  const { number } = await ask('rossi', 'grants', { card, totem, hours: 12 })
  expect(await ask('verdi', 'grants/approve', { number })).toEqual({ done: true })
  return number as number
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'service-access-'))
  const lines = Object.entries(tokens).map(([name, token]) =>
    textOfLine({ name, role: 'write', sha256: digestOf(token).toString('hex') }),
  )
  writeFileSync(join(folder, 'operators'), `${lines.join('\n')}\n`, { mode: 0o600 })
  centre = await openCentre(null, {
    operator: { host: '127.0.0.1', port: 0, tokens: join(folder, 'operators') },
    enrolment: throughRegistrar(PKI, { gatewayUrl: 'https://127.0.0.1:1', enrolmentUrl: 'https://127.0.0.1:2' }),
  })
  operator = new TotemClient(centre.gateway.operatorUrl, null)
  client = createGatewayClient({
    ...{ url: centre.gateway.url, version: '0.1.0', onMalformed: () => {}, ca: read('gateway-ca.pem') },
    ...{ certificate: read('totems/TT-0001.cert.pem'), key: read('totems/TT-0001.key.pem') },
  })
  const keys = await verifyGatewayKeys(read('gateway-keys.jws'), JSON.parse(read('trust-list.pub.jwk.json')))
  anchors = () => (keys.ok ? keys.value.anchor : [])
})
afterAll(async () => {
  client?.close()
  await operator?.close()
  await centre?.stop()
  rmSync(folder, { recursive: true, force: true })
})

let data: string
let said: [string, object][]
beforeEach(() => {
  data = mkdtempSync(join(folder, 'totem-'))
  said = []
})
const totemAt = (dataDir = data, ask: Pick<GatewayClient, 'serviceAccess'> = client) =>
  createAccess({
    ...{ client: ask, dataDir, anchors, totem: 'TT-0001', random: () => 0 },
    journal: { record: (event, fields) => void said.push([event, fields]) },
  })
const judged = (told: ServiceAccess | null, card = CARD, now = centre.clock.now) =>
  standingOf(told, card, { now, codes: false })

describe('a grant', () => {
  test('takes two operators, and counts at the totem from then on', async () => {
    const { number } = await ask('rossi', 'grants', { card: CARD, totem: 'TT-0001', hours: 12 })
    const totem = totemAt()
    await totem.look()
    expect(judged(totem.told)).toEqual({ state: 'citizen' })
    expect(await ask('rossi', 'grants/approve', { number })).toEqual({ done: false })
    expect(await ask('verdi', 'grants/approve', { number })).toEqual({ done: true })
    await totem.look()
    expect(judged(totem.told)).toEqual({ state: 'grant', grant: number })
    // Nobody is named: neither operator nor technician.
    expect(JSON.stringify(totem.told)).not.toMatch(/rossi|verdi/)
    // Approved once, it is not approved again.
    expect(await ask('verdi', 'grants/approve', { number })).toEqual({ done: false })
  })
  test('of one totem opens no other', async () => {
    const card = 'c1'.repeat(32)
    await grantFor('TT-0002', card)
    const totem = totemAt()
    await totem.look()
    expect(judged(totem.told, card)).toEqual({ state: 'citizen' })
  })
  test('that was revoked shuts the card out of every totem, in each grant that it has', async () => {
    const card = 'c2'.repeat(32)
    const first = await grantFor('TT-0001', card)
    await grantFor(null, card)
    expect(await ask('verdi', 'grants/revoke', { number: first })).toEqual({ done: true })
    const totem = totemAt()
    await totem.look()
    expect(judged(totem.told, card)).toMatchObject({ reason: 'grant-revoked' })
    // A day later, and at a totem that the gateway does not reach: what is on the disk says so.
    const kept = await keptAccess(data, { totem: 'TT-0001', keys: anchors() })
    expect(judged(kept, card, new Date(+centre.clock.now + DAY_MS))).toMatchObject({ reason: 'grant-revoked' })
    expect(await ask('verdi', 'grants/revoke', { number: first })).toEqual({ done: false })
  })
  test.each([
    ['no fingerprint', { card: 'mario-rossi', totem: null, hours: 12 }],
    ['no end', { card: CARD, totem: null, hours: 0 }],
    ['longer than a year', { card: CARD, totem: null, hours: 9_000 }],
  ])('with %s is not taken', async (_, wish) => {
    const { status } = await operator.post('/v1/operator/service/grants', wish, as('rossi'))
    expect(status).toBe(400)
  })
})

describe('whoever holds the line', () => {
  const forged = async (told: object, typ = SERVICE_ACCESS_TYP, kid = anchors()[0]?.kid) => {
    const { private: key } = await jwkPair('sig')
    return new CompactSign(Buffer.from(JSON.stringify(told)))
      .setProtectedHeader({ alg: 'ES256', typ, kid: kid ?? '' })
      .sign(await importJWK(key, 'ES256'))
  }
  const answering = (access: () => Promise<string>) => ({
    serviceAccess: async () => ({ ok: true, value: { access: await access() } }) as const,
  })
  const open = (totem: string): ServiceAccess => ({
    ...{ totem, issued: new Date().toISOString() },
    grants: [
      { number: 1, card: CARD, from: new Date(0).toISOString(), until: new Date(9e12).toISOString(), revoked: null },
    ],
  })

  test('cannot make a grant', async () => {
    const totem = totemAt(
      data,
      answering(() => forged(open('TT-0001'))),
    )
    await totem.look()
    expect(totem.told).toBeNull()
    expect(said).toEqual([['service.access-refused', { reason: 'access-unsigned' }]])
  })
  test('cannot bring another totem’s, nor another statement of the gateway’s', async () => {
    const other = createGatewayClient({
      ...{ url: centre.gateway.url, version: '0.1.0', onMalformed: () => {}, ca: read('gateway-ca.pem') },
      ...{ certificate: read('totems/TT-0002.cert.pem'), key: read('totems/TT-0002.key.pem') },
    })
    const totem = totemAt(data, other)
    await totem.look()
    other.close()
    expect(totem.told).toBeNull()
    expect(said).toEqual([['service.access-refused', { reason: 'access-other-totem' }]])
  })
  test('cannot bring back what was said before a card was revoked', async () => {
    const card = 'c3'.repeat(32)
    const number = await grantFor('TT-0001', card)
    const before = await client.serviceAccess()
    centre.clock.now = new Date(+centre.clock.now + 1_000)
    await ask('rossi', 'grants/revoke', { number })
    const totem = totemAt()
    await totem.look()
    const replayed = totemAt(data, { serviceAccess: async () => before })
    replayed.start()
    await replayed.stop()
    await replayed.look()
    expect(judged(replayed.told, card)).toMatchObject({ reason: 'grant-revoked' })
    expect(said).toEqual([['service.access-refused', { reason: 'access-older' }]])
  })
  test('a list on the disk that somebody changed says nothing', async () => {
    const totem = totemAt()
    await totem.look()
    writeFileSync(join(data, 'service/access.jws'), await forged(open('TT-0001')))
    expect(await keptAccess(data, { totem: 'TT-0001', keys: anchors() })).toBeNull()
  })
})

test('a totem gets its secret with its enrolment; the operator’s code opens that totem, on that day, and no other', async () => {
  const totem = 'SV-0001'
  const office = { name: 'Ufficio postale di Spello', comune: 'Spello', province: 'PG' }
  const orders = [{ totem, office, printer: { profile: 'a4-kiosk' }, softwareKey: true }]
  const { body: made } = await operator.post('/v1/operator/orders', { orders }, as('rossi'))
  const door = createEnrolmentClient({
    url: centre.gateway.enrolmentUrl ?? '',
    ca: read('gateway-ca.pem'),
    version: '0.1.0',
  })
  const done = await enrol({
    ...{ code: made.orders[0].code, folder: join(data, 'etc'), dataDir: join(data, 'data'), tcti: null },
    ...{ client: door, ca: read('gateway-ca.pem'), version: '0.1.0', now: () => centre.clock.now, onStep: () => {} },
  })
  door.close()
  if (!done.ok) throw new Error(done.error.kind)
  const config = totemConfigIn(readFileSync(done.value.config, 'utf8'))
  if (!config.ok) throw new Error(config.error.faults.join())
  const keys = await loadTotemKeys(config.value)
  const secret = keys.ok ? keys.value.service : null
  if (!secret) throw new Error('no secret')
  const now = centre.clock.now
  const { code, day } = await ask('rossi', 'code', { totem })
  expect(day).toBe(italianDay(now))
  const tries = codeTries(config.value.dataDir)
  expect(await judgeCode(code, { secret, totem, now, tries })).toEqual({ ok: true, value: null })
  // The next day it is yesterday's, and there is one of its own.
  const tomorrow = new Date(+now + DAY_MS)
  expect(await judgeCode(code, { secret, totem, now: tomorrow, tries })).toMatchObject({
    error: { kind: 'code-wrong' },
  })
  // The log says who has read it, and never what.
  expect(centre.logged()).toContain('"kind":"service-code-told"')
  expect(centre.logged()).not.toContain(code)
  // Of the day after tomorrow nobody has one; of a totem by hand there is none.
  const later = italianDay(new Date(+now + 3 * DAY_MS))
  expect((await operator.post('/v1/operator/service/code', { totem, day: later }, as('rossi'))).status).toBe(400)
  expect((await ask('rossi', 'code', { totem: 'TT-0001' })).code).toBeNull()
})
