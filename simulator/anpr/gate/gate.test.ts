// Each rule of the gate: requests that keep it, and one that breaks it and nothing else.
import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makePki } from '../../pki/make.ts'
import { personById } from '../../population/people.ts'
import { type Anpr, startAnpr } from '../index.ts'
import { type Change, type Changes, type TestClient, testClient } from '../test-client.ts'

const PKI = join(import.meta.dirname, '../../../.bench/pki')
const STARTED = new Date('2026-11-22T09:05:00.500Z')
const SECOND = Math.floor(+STARTED / 1000)
const clock = { now: STARTED }
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
let anpr: Anpr
let client: TestClient

beforeAll(async () => {
  await makePki(PKI)
  anpr = await startAnpr({ port: 0, pki: PKI, now: () => clock.now })
  client = testClient(anpr.access, () => clock.now)
})
beforeEach(() => {
  clock.now = STARTED
  anpr.setFault({ kind: 'none' })
})
afterAll(async () => {
  await client?.close()
  await anpr?.stop()
})

const { codiceFiscale, idAnpr } = personById('anna-bianchi')
const asks = (casoUso = 'C030') => ({
  idOperazioneClient: '1',
  criteriRicerca: { codiceFiscale },
  datiRichiesta: { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: '1', casoUso },
})
const last = () => anpr.log().at(-1)
const audience = (code: string) => anpr.access.eServices[code]?.audience ?? ''
const purposeId = (code: string) => anpr.access.eServices[code]?.purposeId
/** A voucher that PDND itself signed, with another content. */
const pdndKey = () => createPrivateKey(readFileSync(join(PKI, 'pdnd/signing.key.pem')))
const voucher = (change: Change): Changes => ({ voucher: { key: pdndKey(), ...change } })
const digestOf = (text: string) => `SHA-256=${createHash('sha256').update(text).digest('base64')}`
const BODY = JSON.stringify(asks())
const DIGEST = { digest: digestOf(BODY) }
const JSON_TYPE = { 'content-type': 'application/json' }

const NOT_CONFORM = {
  type: 'https://govway.org/handling-errors/400/InteroperabilityInvalidRequest.html',
  title: 'InteroperabilityInvalidRequest',
  status: 400,
  detail: 'Received request is not conform to the required interoperability profile',
  govway_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
}

describe('keeps the rules', () => {
  test('answered, with GovWay’s headers', async () => {
    const { status, headers, json } = await client.call('C030', asks())
    expect([status, last()?.cause]).toEqual([200, 'accepted'])
    expect(JSON.stringify(json())).toContain(idAnpr)
    expect(headers).toMatchObject({
      'govway-message-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'govway-transaction-id': last()?.id,
      'x-global-transaction-id': expect.stringMatching(/^[0-9a-f]{24}$/),
      'x-ratelimit-limit': '5000000',
      'x-ratelimit-remaining': expect.stringMatching(/^4999\d\d\d$/),
      // 10:05:00 in Rome.
      'x-ratelimit-reset': String(14 * 3600 - 300),
    })
  })
  test.each<[string, () => Changes]>([
    ['nbf and sub of the evidence are free', () => ({ evidence: { claims: { nbf: undefined, sub: undefined } } })],
    ['dnonce is not checked', () => ({ evidence: { claims: { dnonce: undefined } } })],
    ['aud may be a list', () => ({ signature: { claims: { aud: ['another', audience('C030')] } } })],
    ['aud of the voucher may be a text', () => voucher({ claims: { aud: audience('C030') } })],
    [
      'the digest in upper case',
      () => ({
        voucher: ({ digest }) => {
          const { value } = digest as { value: string }
          return { key: pdndKey(), claims: { digest: { alg: 'SHA256', value: value.toUpperCase() } } }
        },
      }),
    ],
    ['jti of the signature is free', () => ({ signature: { claims: { jti: undefined } } })],
    ['ten minutes old', () => ({ evidence: { claims: { iat: SECOND - 599, nbf: undefined } } })],
    ['made this second', () => ({ signature: { claims: { iat: SECOND, nbf: SECOND } } })],
    ['twenty characters', () => ({ evidence: { claims: { userID: 'x'.repeat(20), LoA: 'y'.repeat(20) } } })],
    [
      'a content-encoding that is sent and signed',
      () => ({
        sent: { 'content-encoding': 'UTF-8' },
        signed: [DIGEST, JSON_TYPE, { 'content-encoding': 'UTF-8' }],
      }),
    ],
    ['a charset, sent as signed', () => ({ sent: { 'content-type': 'application/json; charset=utf-8' } })],
    [
      'another header may be signed too',
      () => ({ sent: { accept: 'application/json' }, signed: [DIGEST, JSON_TYPE, { accept: 'application/json' }] }),
    ],
  ])('%s', async (_name, changes) => {
    const { status } = await client.call('C030', asks(), changes())
    expect([status, last()?.cause]).toEqual([200, 'accepted'])
  })
  test('evidence and voucher serve several calls, each with its own signature', async () => {
    const first = await client.prepare('C030', asks())
    const second = await client.prepare('C030', asks())
    const { authorization = '', 'agid-jwt-trackingevidence': evidence = '' } = first.headers
    const both = { ...second.headers, authorization, 'agid-jwt-trackingevidence': evidence }
    expect((await client.send(first)).status).toBe(200)
    expect((await client.send({ ...second, headers: both })).status).toBe(200)
  })
  test('GET /status takes the same headers', async () => {
    const changes = { method: 'GET', path: '/status' }
    expect((await client.call('C030', undefined, changes)).status).toBe(200)
    const bare = await client.call('C030', undefined, { ...changes, sent: { 'agid-jwt-signature': undefined } })
    expect([bare.status, last()?.cause]).toEqual([400, 'signature-absent'])
  })
})

describe('not conform: one sentence outside, the reason in the log', () => {
  const times = (name: string, part: 'evidence' | 'signature'): [string, () => Changes][] => [
    [`${name}-times`, () => ({ [part]: { claims: { iat: undefined, nbf: undefined } } })],
    [`${name}-times`, () => ({ [part]: { claims: { exp: undefined } } })],
    [`${name}-times`, () => ({ [part]: { claims: { iat: SECOND - 0.5 } } })],
    [`${name}-times`, () => ({ [part]: { claims: { nbf: '2026-11-22' } } })],
    [`${name}-iat-future`, () => ({ [part]: { claims: { iat: SECOND + 1, nbf: SECOND } } })],
    [`${name}-nbf-future`, () => ({ [part]: { claims: { nbf: SECOND + 1 } } })],
    [`${name}-expired`, () => ({ [part]: { claims: { exp: SECOND } } })],
    [`${name}-old`, () => ({ [part]: { claims: { iat: SECOND - 601, nbf: SECOND - 601, exp: SECOND + 86_400 } } })],
  ]
  const jws = (name: 'evidence' | 'signature', header: string): [string, () => Changes][] => [
    [`${name}-absent`, () => ({ sent: { [header]: undefined } })],
    [`${name}-absent`, () => ({ sent: { [header]: undefined, [header.replace('jwt', 'jws')]: 'x' } })],
    [`${name}-format`, () => ({ sent: { [header]: 'not.a.jws' } })],
    [`${name}-kid`, () => ({ [name]: { header: { kid: 'x'.repeat(43) } } })],
    [`${name}-kid`, () => ({ [name]: { header: { kid: undefined } } })],
    [`${name}-signature`, () => ({ [name]: { key: stranger } })],
    [`${name}-signature`, () => ({ [name]: { header: { alg: 'PS256' } } })],
    [`${name}-aud`, () => ({ [name]: { claims: { aud: audience('C021') } } })],
    [`${name}-aud`, () => ({ [name]: { claims: { aud: undefined } } })],
    [`${name}-aud`, () => ({ [name]: { claims: { aud: anpr.access.eServices.C030?.url } } })],
    [`${name}-aud`, () => ({ [name]: { claims: { aud: `${audience('C030')}/anpr-service-e002` } } })],
    ...times(name, name),
  ]
  const who = ['userID', 'userLocation', 'LoA'].flatMap((claim): [string, () => Changes][] => [
    [`evidence-${claim}`, () => ({ evidence: { claims: { [claim]: undefined } } })],
    [`evidence-${claim}`, () => ({ evidence: { claims: { [claim]: '' } } })],
    [`evidence-${claim}`, () => ({ evidence: { claims: { [claim]: 'x'.repeat(21) } } })],
    [`evidence-${claim}`, () => ({ evidence: { claims: { [claim]: 7 } } })],
  ])

  test.each<[string, () => Changes]>([
    ['voucher-absent', () => ({ sent: { authorization: undefined } })],
    ['voucher-absent', () => ({ sent: { authorization: 'Basic eDp5' } })],
    ['voucher-format', () => ({ sent: { authorization: 'Bearer x' } })],
    ['voucher-kid', () => voucher({ header: { kid: 'another' } })],
    ['voucher-signature', () => voucher({ key: stranger })],
    ['voucher-signature', () => voucher({ header: { alg: 'PS256' } })],
    ['voucher-typ', () => voucher({ header: { typ: 'JWT' } })],
    ['voucher-times', () => voucher({ claims: { exp: undefined } })],
    ['voucher-iat-future', () => voucher({ claims: { iat: SECOND + 1, nbf: SECOND } })],
    ['voucher-nbf-future', () => voucher({ claims: { nbf: SECOND + 1 } })],
    ['voucher-expired', () => voucher({ claims: { exp: SECOND } })],
    ['voucher-old', () => voucher({ claims: { iat: SECOND - 601, nbf: SECOND - 601 } })],
    ['voucher-digest', () => voucher({ claims: { digest: undefined } })],
    [
      'voucher-digest',
      () => ({
        voucher: ({ digest }) => ({ key: pdndKey(), claims: { digest: { ...(digest as object), alg: 'SHA512' } } }),
      }),
    ],
    ['voucher-digest', () => voucher({ claims: { digest: { alg: 'SHA256' } } })],
    ['voucher-scheme', () => ({ sent: { authorization: 'DPoP VOUCHER' } })],
    ['digest-absent', () => ({ sent: { digest: undefined }, signed: [JSON_TYPE] })],
    ['digest-format', () => ({ sent: { digest: digestOf(BODY).replace('SHA-256', 'SHA-512') } })],
    ['digest-format', () => ({ sent: { digest: `SHA-256=${createHash('sha256').update(BODY).digest('hex')}` } })],
    ['digest-wrong', () => ({ sent: { digest: digestOf(`${BODY} `) } })],
    ...jws('evidence', 'agid-jwt-trackingevidence'),
    ['evidence-purpose', () => ({ evidence: { claims: { purposeId: purposeId('C021') } } })],
    ['evidence-purpose', () => ({ evidence: { claims: { purposeId: undefined } } })],
    ['evidence-digest', () => voucher({ claims: { digest: { alg: 'SHA256', value: '0'.repeat(64) } } })],
    ...who,
    ...jws('signature', 'agid-jwt-signature'),
    ['signature-jti', () => ({ signature: { claims: { jti: 7 } } })],
    ['signed-headers-format', () => ({ signed: { digest: digestOf(BODY), ...JSON_TYPE } })],
    ['signed-headers-format', () => ({ signed: [{ ...DIGEST, ...JSON_TYPE }] })],
    ['signed-headers-format', () => ({ signed: [{ Digest: digestOf(BODY) }, JSON_TYPE] })],
    ['signed-headers-format', () => ({ signed: ['digest', 'content-type'] })],
    ['signed-headers-format', () => ({ signed: [DIGEST, JSON_TYPE, { 'content-length': 7 }] })],
    ['signed-headers-digest', () => ({ signed: [JSON_TYPE] })],
    ['signed-headers-content-type', () => ({ signed: [DIGEST] })],
    ['signed-headers-content-encoding', () => ({ sent: { 'content-encoding': 'UTF-8' } })],
    [
      'signed-headers-differ',
      () => ({ sent: { 'content-type': 'application/json; charset=utf-8' }, signed: [DIGEST, JSON_TYPE] }),
    ],
    ['signed-headers-differ', () => ({ signed: [{ digest: digestOf('') }, JSON_TYPE] })],
    ['signed-headers-differ', () => ({ signed: [DIGEST, JSON_TYPE, { 'content-encoding': 'UTF-8' }] })],
  ])('%s', async (cause, changes) => {
    const call = await client.prepare('C030', asks(), changes())
    const { authorization = '' } = call.headers
    const headers = authorization.includes('VOUCHER')
      ? { ...call.headers, authorization: authorization.replace('VOUCHER', call.voucher) }
      : call.headers
    const { status, json, headers: heard } = await client.send({ ...call, headers })
    expect([status, json()]).toEqual([400, NOT_CONFORM])
    expect(last()?.cause).toBe(cause)
    expect(heard['content-type']).toContain('application/problem+json')
    expect(heard['govway-transaction-id']).toBe(json().govway_id)
  })

  test('a signature serves once; its repetition changes nothing', async () => {
    const call = await client.prepare('C030', asks())
    expect((await client.send(call)).status).toBe(200)
    expect((await client.send(call)).json()).toEqual(NOT_CONFORM)
    expect(last()?.cause).toBe('signature-reused')
  })
  test('the body is judged as bytes: another order of the same fields is another body', async () => {
    const call = await client.prepare('C030', asks())
    const { idOperazioneClient, ...others } = asks()
    await client.send({ ...call, body: JSON.stringify({ ...others, idOperazioneClient }) })
    expect(last()?.cause).toBe('digest-wrong')
  })
})
