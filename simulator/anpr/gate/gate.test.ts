// Over 400 lines: each rule of the gate, with requests that keep it, and one that breaks it and nothing else.
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { calculateJwkThumbprint } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { personById } from '../../population/people.ts'
import { CAUSES, unmet } from '../causes.ts'
import { type Change, type Changes, openAnpr, SECOND, STARTED } from '../test-client.ts'

/** The key of another client, which PDND knows. */
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const OTHER_CLIENT = randomUUID()
let strangerKid = ''
let opened: Awaited<ReturnType<typeof openAnpr>>
let anpr: typeof opened.anpr
let client: typeof opened.client

beforeAll(async () => {
  const { kty, n, e } = stranger.export({ format: 'jwk' }) as { kty: 'RSA'; n: string; e: string }
  const key = { kid: await calculateJwkThumbprint({ kty, n, e }), kty, n, e }
  opened = await openAnpr(({ organisations }) => {
    const known = organisations[0]
    const other = { clientId: OTHER_CLIENT, keys: [key], purposes: [] }
    if (known) organisations.push({ ...known, name: 'Another', consumerId: randomUUID(), clients: [other] })
  })
  strangerKid = key.kid
  ;({ anpr, client } = opened)
})
afterAll(() => opened?.end())

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
const pdndKey = () => opened.pdndKey
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
    ['an x5c beside the kid', () => ({ signature: { header: { x5c: ['AAAA'] } } })],
    [
      'claims that nobody asks for',
      () => ({ evidence: { claims: { more: '1' } }, signature: { claims: { more: ['1'] } } }),
    ],
    ['the algorithm of the digest in lower case', () => ({ sent: { digest: DIGEST.digest.replace('SHA', 'sha') } })],
    ['the headers signed in another order', () => ({ signed: [JSON_TYPE, DIGEST] })],
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
    ['headers that nobody asks for', () => ({ sent: { accept: '*/*', 'x-correlation-id': '1', 'user-agent': 'x' } })],
    ['no typ', () => ({ evidence: { header: { typ: undefined } }, signature: { header: { typ: undefined } } })],
    ['another typ', () => ({ evidence: { header: { typ: 'jwt' } }, signature: { header: { typ: 'JOSE' } } })],
    ['a day until exp', () => ({ evidence: { claims: { exp: SECOND + 86_400 } } })],
    ['seconds back', () => ({ signature: { claims: { iat: SECOND - 10, nbf: SECOND - 10 } } })],
    ['iss and sub of the signature are free', () => ({ signature: { claims: { iss: undefined, sub: undefined } } })],
    ['LoA as another client writes it', () => ({ evidence: { claims: { LoA: 'SpidL2' } } })],
  ])('%s', async (_name, changes) => {
    const { status } = await client.call('C030', asks(), changes())
    expect([status, last()?.cause]).toEqual([200, 'accepted'])
  })
  test('as another HTTP client writes it: names of headers in capitals, the body in pieces, claims in another order', async () => {
    const { url, headers, body } = await client.prepare('C030', asks())
    const { authorization = '', 'agid-jwt-trackingevidence': proven = '', ...rest } = headers
    const signed = JSON.parse(
      Buffer.from((headers['agid-jwt-signature'] ?? '').split('.')[1] ?? '', 'base64url').toString(),
    )
    const backwards = Object.fromEntries(Object.entries(signed).reverse())
    const sent = {
      AUTHORIZATION: authorization.replace('Bearer', 'bearer'),
      'Agid-JWT-TrackingEvidence': proven,
      'Agid-JWT-Signature': await client.jwt(backwards, { typ: 'JWT', kid: anpr.access.client.kid }),
      DIGEST: rest.digest ?? '',
      'Content-Type': 'application/json',
      'Transfer-Encoding': 'chunked',
    }
    const status = await new Promise((resolve, reject) => {
      const call = request(url, { method: 'POST', headers: sent, ca: readFileSync(anpr.access.ca) }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode))
      })
      call.on('error', reject)
      for (const piece of [body.slice(0, 7), body.slice(7, 60)]) call.write(piece)
      call.end(body.slice(60))
    })
    expect([status, last()?.cause]).toEqual([200, 'accepted'])
  })
  test('dnonce is not known to be checked: a warning in the log alone', async () => {
    const warned = () => anpr.log().filter(({ cause }) => cause === 'evidence-dnonce').length
    const before = warned()
    expect((await client.call('C030', asks())).status).toBe(200)
    expect(warned()).toBe(before)
    for (const dnonce of ['1', 1_234_567_890_123])
      expect((await client.call('C030', asks(), { evidence: { claims: { dnonce } } })).status).toBe(200)
    expect(warned()).toBe(before + 2)
  })
  test('to the second: made in this one or ten minutes ago is right, and what ends in this one has ended', async () => {
    const { clock } = opened
    clock.now = new Date(SECOND * 1000)
    const heard = async (claims: Record<string, unknown>) =>
      (await client.call('C030', asks(), { signature: { claims } })).status
    const statuses = [
      await heard({ iat: SECOND, nbf: SECOND }),
      await heard({ iat: SECOND - 600, nbf: SECOND - 600 }),
      await heard({ exp: SECOND }),
    ]
    clock.now = STARTED
    expect([...statuses, last()?.cause]).toEqual([200, 200, 400, 'signature-expired'])
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
    const noDigest = { ...changes, sent: { digest: undefined }, signed: [JSON_TYPE] }
    expect((await client.call('C030', undefined, noDigest)).status).toBe(200)
    await client.call('C030', undefined, { ...changes, sent: { digest: digestOf('x') } })
    expect(last()?.cause).toBe('digest-wrong')
    const bare = await client.call('C030', undefined, { ...changes, sent: { 'agid-jwt-signature': undefined } })
    expect([bare.status, last()?.cause]).toEqual([400, 'signature-absent'])
  })
})

test('a method that takes no body is not asked for one, and one that comes all the same is read', async () => {
  const end = async (body: string) => {
    const path = '/anpr-massivo-e002-delete/resource/1'
    const call = await client.prepare('ElabMassivaVerificaDichEsistenzaInVita', undefined, { path, body })
    const { status } = await client.hear(call.url, { method: 'DELETE', headers: call.headers, ...(body && { body }) })
    return [status, last()?.cause]
  }
  expect(await end('')).toEqual([404, 'accepted'])
  expect(await end('{')).toEqual([400, 'content-json'])
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
    [`${name}-kid`, () => ({ [name]: { header: { kid: undefined, x5c: ['AAAA'] } } })],
    [`${name}-kid`, () => ({ [name]: { header: { kid: strangerKid }, key: stranger } })],
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
    ['signed-headers-format', () => ({ signed: [DIGEST, JSON_TYPE, 'x'] })],
    ['signed-headers-format', () => ({ signed: [DIGEST, JSON_TYPE, null] })],
    ['signed-headers-format', () => ({ signed: [DIGEST, JSON_TYPE, { 'content-length': 7 }] })],
    ['signed-headers-digest', () => ({ signed: [JSON_TYPE] })],
    ['signed-headers-content-type', () => ({ signed: [DIGEST] })],
    ['signed-headers-content-type', () => ({ sent: { 'content-type': undefined }, signed: [DIGEST] })],
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

  test.each(['authorization', 'content-type', 'content-encoding', 'digest', 'dpop'])('%s twice', async (name) => {
    const { headers, ...call } = await client.prepare('C030', asks(), { sent: { dpop: 'x', 'content-encoding': 'x' } })
    const told = Object.entries(headers).flatMap(([one, value]) =>
      one === name ? [one, value, one, value] : [one, value],
    )
    const { json } = await client.hear(call.url, { method: 'POST', headers: told, body: call.body })
    expect([json(), last()?.cause]).toEqual([NOT_CONFORM, 'header-twice'])
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

describe('a voucher for something else: 403', () => {
  test.each<[string, () => Changes]>([
    ['foreign-audience', () => voucher({ claims: { aud: [audience('C021')] } })],
    ['foreign-audience', () => voucher({ claims: { aud: undefined } })],
    ['foreign-e-service', () => voucher({ claims: { eserviceId: randomUUID() } })],
    ['foreign-e-service', () => voucher({ claims: { eserviceId: undefined } })],
    ['foreign-purpose', () => voucher({ claims: { purposeId: purposeId('C021') } })],
    ['foreign-purpose', () => voucher({ claims: { purposeId: randomUUID() } })],
    ['foreign-purpose', () => voucher({ claims: { client_id: randomUUID() } })],
    ['foreign-purpose', () => voucher({ claims: { client_id: OTHER_CLIENT } })],
  ])('%s', async (cause, changes) => {
    const { status, json } = await client.call('C030', asks(), changes())
    expect([status, json().title, json().detail]).toEqual([403, 'AuthorizationTokenDeny', 'Insufficient token claims'])
    expect(last()?.cause).toBe(cause)
  })
  test('a pair of evidence and voucher for one e-service, used at another', async () => {
    const call = await client.prepare('C021', asks('C021'))
    const { status } = await client.send({ ...call, url: `${anpr.access.eServices.C030?.url}/anpr-service-e002` })
    expect([status, last()?.cause]).toEqual([403, 'foreign-audience'])
  })
})

describe('where it is asked', () => {
  test('an unknown path: the appliance’s 404, which has no id of GovWay', async () => {
    const { tokenUrl, eServices } = anpr.access
    const origin = new URL(tokenUrl).origin
    const paths = [
      `${eServices.C030?.url.replace('-PDND', '')}/status`,
      `${eServices.C030?.url}2/status`,
      `${origin}/x`,
    ]
    for (const url of paths) {
      const { status, json, headers } = await client.hear(url, { method: 'GET' })
      expect([status, json()]).toEqual([
        404,
        {
          type: 'https://govway.org/handling-errors/404/NotFound.html',
          title: 'NotFound',
          status: 404,
          detail: 'Unknown API Request',
          'X-Global-Transaction-ID': headers['x-global-transaction-id'],
          'Error Code': '0x00d30003',
        },
      ])
    }
  })
  test.each([
    ['POST', '/anpr-service-e003'],
    ['GET', '/anpr-service-e002'],
    ['POST', '/status'],
    ['DELETE', '/anpr-service-e002'],
  ])('an operation that the service does not have: %s %s', async (method, path) => {
    const { status, json } = await client.hear(anpr.access.eServices.C030?.url + path, { method: method as 'POST' })
    expect([status, json().title, last()?.cause]).toEqual([404, 'UndefinedOperation', 'undefined-operation'])
    expect(json().govway_id).toBe(last()?.id)
  })
})

test('what no server can read', async () => {
  const { json } = await client.call('C030', asks(), { sent: { 'content-type': 'text/application/json' } })
  expect([json(), last()?.cause]).toEqual([NOT_CONFORM, 'request'])
})

describe('content against the Ministry’s file', () => {
  const { criteriRicerca, datiRichiesta } = asks()
  test.each<[string, string]>([
    ['null', JSON.stringify({ ...asks(), verifica: null })],
    ['null, deep inside', JSON.stringify({ ...asks(), criteriRicerca: { ...criteriRicerca, idANPR: null } })],
    ['null, in a list', JSON.stringify({ ...asks(), verifica: { elenco: [{ a: '1' }, null] } })],
  ])('%s is not allowed', async (_name, body) => {
    const { status, json } = await client.call('C030', undefined, { body })
    expect([status, json().title]).toEqual([400, 'InvalidRequestContent'])
    expect(json().detail).toContain('Null value is not allowed (code: 1021)')
  })
  test.each<[string, string, string?]>([
    ['content-json', '{'],
    ['content-json', ''],
    ['content-schema', '[]'],
    ['content-schema', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['content-value', `${'['.repeat(20_000)}7${']'.repeat(20_000)}`],
    ['content-value', JSON.stringify({ ...asks(), altro: true })],
    ['content-value', JSON.stringify({ ...asks(), criteriRicerca: { ...criteriRicerca, sesso: 1 } })],
    ['content-type', BODY, 'text/plain'],
    ['content-type', BODY, 'application/jsonp'],
    ['content-schema', JSON.stringify({ ...asks(), idOperazioneClient: undefined })],
    ['content-schema', JSON.stringify({ ...asks(), idOperazioneClient: '1'.repeat(31) })],
    ['content-schema', JSON.stringify({ ...asks(), idOperazioneClient: '' })],
    ['content-schema', JSON.stringify({ ...asks(), criteriRicerca: undefined })],
    ['content-schema', JSON.stringify({ ...asks(), datiRichiesta: undefined })],
    [
      'content-schema',
      JSON.stringify({ ...asks(), datiRichiesta: { ...datiRichiesta, dataRiferimentoRichiesta: undefined } }),
    ],
    ['content-schema', JSON.stringify({ ...asks(), datiRichiesta: { ...datiRichiesta, motivoRichiesta: undefined } })],
    ['content-schema', JSON.stringify({ ...asks(), datiRichiesta: { ...datiRichiesta, casoUso: undefined } })],
  ])('%s: %.40s', async (cause, body, type = 'application/json') => {
    const changes = { body, sent: { 'content-type': type } }
    const { status, json } = await client.call('C030', undefined, changes)
    expect([status, json().title, last()?.cause]).toEqual([400, 'InvalidRequestContent', cause])
  })
  test('a certificate’s operation id has the same length', async () => {
    const { json } = await client.call('ANPR-Certificazione', { idOperazioneClient: '1'.repeat(31) })
    expect(json().title).toBe('InvalidRequestContent')
  })
  test('what else a certificate needs is ANPR’s to say', async () => {
    const { status, text } = await client.call('ANPR-Certificazione', {})
    expect([status, last()?.cause]).toEqual([400, 'accepted'])
    expect(text).toContain('"listaErrori":{"errore":[{"codiceErroreAnomalia":"999"')
  })
  test.each<[string, object]>([
    ['thirty characters', { idOperazioneClient: '1'.repeat(30) }],
    ['a field that the file does not name', { testataRichiesta: { altro: 'x' } }],
    ['one whose name is dangerous in JavaScript', JSON.parse('{"__proto__":{"altro":"x"}}')],
  ])('%s', async (_name, more) => {
    expect((await client.call('C030', { ...asks(), ...more })).status).toBe(200)
  })
})

test('each reason for which the gate refuses has a request here that was refused for it', () => {
  expect(unmet(CAUSES.gate, anpr.log())).toEqual([])
})
