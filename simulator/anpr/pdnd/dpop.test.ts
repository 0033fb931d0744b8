// Each rule of DPoP, at the token server and at an e-service.
import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { personById } from '../../population/people.ts'
import { CAUSES, unmet } from '../causes.ts'
import { type Change, openAnpr, SECOND, STARTED } from '../test-client.ts'

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
let opened: Awaited<ReturnType<typeof openAnpr>>
let anpr: typeof opened.anpr
let client: typeof opened.client

beforeAll(async () => {
  opened = await openAnpr(({ eServices }) => Object.assign(eServices.C021 ?? {}, { dpop: true }))
  ;({ anpr, client } = opened)
})
afterAll(() => opened?.end())

const publicJwk = (key: KeyObject) => {
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' })
  return { kty, crv, x, y, n, e }
}
/** `claims` of a proof for the token server; `ath` and address of an e-service come as a change. */
const proof = (change: Change = {}, key = ec) =>
  client.jwt(
    { htm: 'POST', htu: anpr.access.tokenUrl, iat: SECOND, jti: randomUUID() },
    { typ: 'dpop+jwt', alg: key === rsa ? 'RS256' : 'ES256', jwk: publicJwk(key) },
    { key, ...change },
  )
const ask = async (dpop: string, code = 'C030', digest = 'a'.repeat(64)) =>
  client.ask(client.form(await client.assertion(code, digest)), { dpop })
const last = () => anpr.log().at(-1)

describe('at the token server', () => {
  test.each([
    ['EC', ec],
    ['RSA', rsa],
  ])('a voucher bound to the key of the proof: %s', async (_name, key) => {
    const { status, json } = await ask(await proof({}, key))
    expect([status, json().token_type]).toEqual([200, 'DPoP'])
    const { cnf } = JSON.parse(Buffer.from(String(json().access_token).split('.')[1] ?? '', 'base64url').toString())
    expect(cnf.jkt).toMatch(/^[a-zA-Z0-9_-]{43}$/)
  })
  test.each([
    ['as old as can be', { claims: { iat: SECOND - 69 } }],
    ['a little in the future', { claims: { iat: SECOND + 10 } }],
  ])('%s', async (_name, change) => {
    expect((await ask(await proof(change))).status).toBe(200)
  })
  test.each<[string, Change]>([
    ['dpop-typ', { header: { typ: 'JWT' } }],
    ['dpop-alg', { key: rsa, header: { alg: 'PS256', jwk: publicJwk(rsa) } }],
    ['dpop-no-jwk', { header: { jwk: undefined } }],
    ['dpop-no-jwk', { header: { jwk: null } }],
    ['dpop-no-jwk', { header: { jwk: 'x' } }],
    ['dpop-private', { header: { jwk: ec.export({ format: 'jwk' }) } }],
    ['dpop-key', { header: { jwk: { kty: 'EC' } } }],
    ['dpop-signature', { header: { jwk: publicJwk(other) } }],
    // Nobody signs with a key so short; whose signature it is, nobody asks then.
    ['dpop-signature', { key: rsa, header: { alg: 'RS256', jwk: publicJwk(short) } }],
    ['dpop-unlisted', { claims: { nbf: SECOND } }],
    ['dpop-htm', { claims: { htm: 'GET' } }],
    ['dpop-htu', { claims: { htu: 'https://elsewhere.example/token.oauth2' } }],
    ['dpop-iat', { claims: { iat: String(SECOND) } }],
    ['dpop-future', { claims: { iat: SECOND + 11 } }],
    ['dpop-old', { claims: { iat: SECOND - 70 } }],
    ['dpop-jti', { claims: { jti: undefined } }],
    ['dpop-jti', { claims: { jti: '' } }],
    ['dpop-jti', { claims: { jti: 7 } }],
    ['dpop-ath', { claims: { ath: 'x' } }],
  ])('%s', async (cause, change) => {
    const { status, json } = await ask(await proof(change))
    expect([status, (json().errors as { code: string }[])[0]?.code, last()?.cause]).toEqual([400, '015-0008', cause])
  })
  test('to the second: ten before its time, and seventy after it', async () => {
    opened.clock.now = new Date(SECOND * 1000)
    for (const iat of [SECOND + 10, SECOND - 70]) expect((await ask(await proof({ claims: { iat } }))).status).toBe(200)
    opened.clock.now = STARTED
  })
  test('a proof that is no JWS', async () => {
    expect((await ask('x')).status).toBe(400)
    expect(last()?.cause).toBe('dpop-format')
  })
  test('a proof that came with a refused assertion is not used up', async () => {
    const dpop = await proof()
    const wrong = await client.assertion('C030', undefined, { claims: { jti: undefined } })
    expect((await client.ask(client.form(wrong), { dpop })).status).toBe(400)
    expect((await ask(dpop)).status).toBe(200)
  })
  test('a proof serves once', async () => {
    const once = await proof()
    expect((await ask(once)).status).toBe(200)
    expect([(await ask(once)).status, last()?.cause]).toEqual([400, 'dpop-reused'])
  })
})

describe('at an e-service that wants it', () => {
  /** A call with a bound voucher; `change` is of its proof. */
  async function bound(change: Change = {}, headers: Record<string, string | undefined> = {}) {
    const evidence = await client.evidence('C021')
    const digest = createHash('sha256').update(evidence).digest('hex')
    const { json } = await ask(await proof(), 'C021', digest)
    const voucher = String(json().access_token)
    const call = await client.prepare('C021', {
      idOperazioneClient: '1',
      criteriRicerca: { idANPR: personById('anna-bianchi').idAnpr },
      datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: '1', casoUso: 'C021' },
    })
    const ath = createHash('sha256').update(voucher).digest('base64url')
    const claims = { htu: call.url, ath, ...change.claims }
    const sent = {
      ...call.headers,
      'agid-jwt-trackingevidence': evidence,
      authorization: `DPoP ${voucher}`,
      dpop: await proof({ ...change, claims }),
      ...headers,
    }
    const kept = Object.entries(sent).filter((one): one is [string, string] => one[1] !== undefined)
    return { ...call, headers: Object.fromEntries(kept) }
  }

  test('a bound voucher with its proof is answered; the proof serves once', async () => {
    const call = await bound()
    expect((await client.send(call)).status).toBe(200)
    expect((await client.send(call)).status).toBe(400)
    expect(last()?.cause).toBe('dpop-reused')
  })
  test.each<[string, Change, Record<string, string | undefined>?]>([
    ['voucher-binding', { key: other, header: { jwk: publicJwk(other) } }],
    ['dpop-ath', { claims: { ath: 'x'.repeat(43) } }],
    ['dpop-ath', { claims: { ath: undefined } }],
    ['dpop-htu', { claims: { htu: 'https://elsewhere.example' } }],
    ['dpop-htm', { claims: { htm: 'GET' } }],
    ['dpop-format', {}, { dpop: undefined }],
  ])('%s', async (cause, change, headers) => {
    const { status, json } = await client.send(await bound(change, headers))
    expect([status, json().title, last()?.cause]).toEqual([400, 'InteroperabilityInvalidRequest', cause])
  })
  test('a bound voucher is no bearer', async () => {
    const call = await bound()
    const authorization = call.headers.authorization?.replace('DPoP', 'Bearer') ?? ''
    expect((await client.send({ ...call, headers: { ...call.headers, authorization } })).status).toBe(400)
    expect(last()?.cause).toBe('voucher-scheme')
  })
  test('an unbound voucher is not enough', async () => {
    expect((await client.call('C021', {})).status).toBe(400)
    expect(last()?.cause).toBe('voucher-unbound')
  })
})

test('each reason for which a proof is refused has a request here that was refused for it', () => {
  expect(unmet(CAUSES.proof, anpr.log())).toEqual([])
})
