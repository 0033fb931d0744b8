// Our client against PDND's token server and ANPR's gate as the papers describe them (simulator/anpr): what it sends is
// accepted as it stands, and a pair of voucher and evidence serves one person only.
import { createHash, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createAnprClient } from '../../gateway/anpr/client.ts'
import { watchClock } from '../../gateway/anpr/pdnd/clock.ts'
import { assertionOf, evidenceOf, integrityOf } from '../../gateway/anpr/pdnd/tokens.ts'
import { pdndTransport } from '../../gateway/anpr/pdnd/transport.ts'
import { service as services } from '../../gateway/anpr/services.ts'
import { pdndAccess, pdndSettings } from '../../gateway/settings/pdnd.ts'
import { type Anpr, startAnpr } from '../../simulator/anpr/index.ts'
import { pdndRegistry } from '../../simulator/anpr/pdnd/registry.ts'
import { throughPdnd } from '../../simulator/bench/gateway.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { personById } from '../../simulator/population/people.ts'
import { readIndependently } from '../support/independent-jwt.ts'
import { PKI } from '../support/pki.ts'

const MARIO = personById('mario-rossi')
const ASKER = { userId: 'reference-of-mario', userLocation: 'TT-0001', loa: 'LOA3' }
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const NO_LEAD = (): number => 0

async function opened({ keepVouchers = true, dpop = false, theirs = NO_LEAD, ours = NO_LEAD } = {}) {
  await makePki(PKI)
  const registry = pdndRegistry.parse(JSON.parse(readFileSync(join(PKI, 'pdnd/registry.json'), 'utf8')))
  for (const offer of Object.values(registry.eServices)) offer.dpop = dpop
  const anpr = await startAnpr({
    ...{ port: 0, pki: PKI, registry, reusePdf: true },
    now: () => new Date(Date.now() + theirs()),
  })
  const access = await pdndAccess(pdndSettings.parse({ ...throughPdnd(anpr.access).pdnd, keepVouchers }))
  const transport = pdndTransport(access, { timeoutMs: 8_000, now: () => new Date(Date.now() + ours()) })
  stops.push(transport.close, anpr.stop)
  let id = Date.now() * 100_000
  const client = createAnprClient({ transport, now: () => new Date() })
  const as = (asker: typeof ASKER) => client.as(asker, [String(id++)])
  return { anpr, access, transport, as, client }
}
const count = (anpr: Anpr, where: 'token' | 'gate', outcome: 'accepted' | 'refused') =>
  anpr.log().filter((entry) => entry.where === where && entry.outcome === outcome).length
const found = { result: { ok: true, value: { idAnpr: MARIO.idAnpr } } }

test.each([false, true])('every service of ANPR that the gateway may ask takes our tokens (DPoP: %s)', async (dpop) => {
  const { anpr, transport } = await opened({ dpop })
  for (const service of services.exclude(['INAD']).options) {
    const operation = service === 'ANPR-Certificazione' ? '/certificati' : '/anpr-service-e002'
    const answered = await transport.post({
      service,
      method: 'POST',
      operation,
      body: { idOperazioneClient: '1' },
      asker: ASKER,
    })
    expect(answered, service).toMatchObject({ ok: true, value: { transaction: expect.stringMatching(/./) } })
  }
  // What the body says, and whether the simulator offers the service, is another matter.
  const causes = anpr.log().flatMap(({ outcome, cause }) => (outcome === 'accepted' ? [] : [cause]))
  expect(
    [...new Set(causes)].filter((cause) => !cause.startsWith('content-') && cause !== 'undefined-operation'),
  ).toEqual([])
})

test('one pair serves a person at a machine, however many calls wait for it, and nobody else', async () => {
  const { anpr, as } = await opened()
  const ask = (asker: typeof ASKER) => as(asker).personOf(MARIO.codiceFiscale)
  for (const answer of await Promise.all([ask(ASKER), ask(ASKER), ask(ASKER)])) expect(answer).toMatchObject(found)
  expect([count(anpr, 'token', 'accepted'), count(anpr, 'gate', 'accepted')]).toEqual([1, 3])
  await ask({ ...ASKER, userId: 'another' })
  await ask({ ...ASKER, userLocation: 'TT-0002' })
  expect(count(anpr, 'token', 'accepted')).toBe(3)
})

test('whoever leaves takes their pairs along, of all services, and nobody else’s', async () => {
  const { anpr, as, client } = await opened()
  const other = { ...ASKER, userId: 'another' }
  const ask = async (asker: typeof ASKER) => {
    expect(await as(asker).personOf(MARIO.codiceFiscale)).toMatchObject(found)
    await as(asker).familyOf({ idAnpr: MARIO.idAnpr, isTheirs: () => null })
  }
  await ask(ASKER)
  await ask(other)
  client.forget(ASKER)
  await ask(other)
  expect(count(anpr, 'token', 'accepted')).toBe(4)
  await ask(ASKER)
  expect(count(anpr, 'token', 'accepted')).toBe(6)
})

test('the switch asks for a voucher with each call', async () => {
  const { anpr, as } = await opened({ keepVouchers: false })
  for (let n = 0; n < 2; n++) expect(await as(ASKER).personOf(MARIO.codiceFiscale)).toMatchObject(found)
  expect(count(anpr, 'token', 'accepted')).toBe(2)
})

test('a pair is dropped after eight minutes, and at the first refusal of the gate, and then made anew once', async () => {
  let [theirs, ours] = [0, 0]
  const { anpr, as } = await opened({
    theirs: () => theirs,
    ours: () => (count(anpr, 'gate', 'refused') > 0 ? theirs : ours),
  })
  const ask = () => as(ASKER).personOf(MARIO.codiceFiscale)
  expect(await ask()).toMatchObject(found)
  theirs = ours = 8 * 60_000 + 1_000
  expect(await ask()).toMatchObject(found)
  expect(count(anpr, 'token', 'accepted')).toBe(2)
  // Ten minutes later by the gate's clock, and not by ours.
  theirs += 598_000
  expect(await ask()).toMatchObject(found)
  expect([count(anpr, 'token', 'accepted'), count(anpr, 'gate', 'refused')]).toEqual([3, 1])
})

test('a gate that refuses all is asked twice and no more', async () => {
  const { anpr, access, transport } = await opened()
  const offer = access.services.C030
  if (offer) offer.audience += '-other'
  const body = { idOperazioneClient: '1' }
  const answered = await transport.post({
    service: 'C030',
    method: 'POST',
    operation: '/anpr-service-e002',
    body,
    asker: ASKER,
  })
  expect(answered).toMatchObject({ ok: true, value: { status: 400 } })
  expect([count(anpr, 'token', 'accepted'), count(anpr, 'gate', 'refused')]).toEqual([2, 2])
})

test('a voucher that begins in a moment is waited for', async () => {
  const { anpr, as } = await opened()
  anpr.setFault({ kind: 'token-not-yet-valid', seconds: 1 })
  expect(await as(ASKER).personOf(MARIO.codiceFiscale)).toMatchObject(found)
  expect([count(anpr, 'token', 'accepted'), count(anpr, 'gate', 'refused')]).toEqual([1, 0])
})

test('what PDND refuses is told apart, with the id for its desk', async () => {
  const { anpr, access, as } = await opened()
  access.token.audience = 'elsewhere/client-assertion'
  const { result } = await as(ASKER).personOf(MARIO.codiceFiscale)
  expect(result).toMatchObject({
    error: { kind: 'anpr-misconfigured', reason: expect.stringMatching(/^pdnd-015-0008-/) },
  })
  const [entry] = anpr.log().filter(({ outcome }) => outcome === 'refused')
  expect(!result.ok && 'reason' in result.error && result.error.reason).toContain(entry?.id)
})

test('a library in another language finds our tokens good, with the claims of the papers and no other', async () => {
  const { access } = await opened()
  const { client, token, services } = access
  const purpose = services.C021
  if (!purpose) throw new Error('no C021')
  const jwk = createPublicKey(readFileSync(join(PKI, 'pdnd/client.key.pem'))).export({ format: 'jwk' })
  const now = new Date()
  const evidence = await evidenceOf(client, purpose, ASKER, now)
  const asked = { audience: token.audience, purposeId: purpose.purposeId, evidence, at: now }
  const assertion = readIndependently(await assertionOf(client, asked), jwk, token.audience)
  expect(Object.keys(assertion.header).sort()).toEqual(['alg', 'kid', 'typ'])
  expect(Object.keys(assertion.claims).sort()).toEqual([
    'aud',
    'digest',
    'exp',
    'iat',
    'iss',
    'jti',
    'purposeId',
    'sub',
  ])
  expect(assertion.claims.digest).toEqual({
    alg: 'SHA256',
    value: createHash('sha256').update(evidence).digest('hex'),
  })
  expect(readIndependently(evidence, jwk, purpose.audience).claims).toMatchObject({
    ...{ userID: ASKER.userId, userLocation: ASKER.userLocation, LoA: ASKER.loa, purposeId: purpose.purposeId },
    dnonce: expect.stringMatching(/^\d{13}$/),
  })
  const body = Buffer.from('{"città":1}')
  const { 'agid-jwt-signature': signature, ...sent } = await integrityOf(client, purpose.audience, body, now)
  expect(sent.digest).toBe(`SHA-256=${createHash('sha256').update(body).digest('base64')}`)
  expect(readIndependently(signature, jwk, purpose.audience).claims.signed_headers).toEqual(
    Object.entries(sent).map(([name, value]) => ({ [name]: value })),
  )
})

test('a clock that is wrong by more than five seconds is told once, and once when it is right again', () => {
  const told: (number | null)[] = []
  const heard = watchClock((ahead) => told.push(ahead))
  const at = new Date('2026-11-22T09:00:10Z')
  const said = (date: string) => heard(`Sun, 22 Nov 2026 ${date} GMT`, at, new Date(+at + 200))
  for (const date of ['09:00:10', '09:00:05', '09:00:03', '09:00:02', '09:00:10', '09:00:16']) said(date)
  expect(told).toEqual([6_000, null, -5_800])
})
