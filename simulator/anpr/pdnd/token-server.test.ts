// Each rule of PDND's token server: requests that keep it, and one that breaks it and nothing else.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CAUSES, unmet } from '../causes.ts'
import type { AnprFault } from '../faults.ts'
import type { Entry } from '../log.ts'
import { type Change, openAnpr, SECOND, STARTED } from '../test-client.ts'
import { type PdndRegistry, readRegistry } from './registry.ts'

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const DIGEST = 'a'.repeat(64)
let opened: Awaited<ReturnType<typeof openAnpr>>
let anpr: typeof opened.anpr
let client: typeof opened.client

beforeAll(async () => {
  opened = await openAnpr()
  ;({ anpr, client } = opened)
})
beforeEach(() => anpr.setFault({ kind: 'none' }))
afterAll(() => opened?.end())

/** What other token servers than `anpr` have noted. */
const elsewhere: Entry[] = []
const of = (outcome: string) => anpr.log().filter((entry) => entry.where === 'token' && entry.outcome === outcome)
/** Causes of the last refusal, all of which stand in the log. */
const causes = () => {
  const refused = of('refused')
  return refused.filter(({ id }) => id === refused.at(-1)?.id).map(({ cause }) => cause)
}
const claims = (token: unknown, part = 1) =>
  JSON.parse(Buffer.from(String(token).split('.')[part] ?? '', 'base64url').toString()) as Record<string, unknown>
const asked = async (change: Change = {}, fields: Record<string, string | undefined> = {}) => {
  const all = { ...client.form(await client.assertion('C030', DIGEST, change)), ...fields }
  const sent = Object.entries(all).filter((field): field is [string, string] => field[1] !== undefined)
  return client.ask(Object.fromEntries(sent))
}
const clientId = () => anpr.access.client.clientId

describe('a request that keeps every rule', () => {
  test('gets a voucher with all its claims', async () => {
    const { status, headers, json } = await asked()
    expect([status, json().token_type, json().expires_in]).toEqual([200, 'Bearer', 600])
    expect(headers).toMatchObject({
      'x-rate-limit-limit': '10000',
      'x-rate-limit-remaining': expect.stringMatching(/^99\d\d$/),
      'x-rate-limit-interval': '1000',
    })
    const { registry } = opened
    const offer = registry.eServices.C030
    const jwks = JSON.parse((await client.hear(anpr.access.jwksUrl, {})).text) as JSONWebKeySet
    expect(claims(json().access_token, 0)).toEqual({ alg: 'RS256', use: 'sig', typ: 'at+jwt', kid: jwks.keys[0]?.kid })
    expect(claims(json().access_token)).toEqual({
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iss: 'interop.simulator.test',
      aud: [anpr.access.eServices.C030?.audience],
      client_id: clientId(),
      sub: clientId(),
      iat: SECOND,
      nbf: SECOND,
      exp: SECOND + 600,
      purposeId: anpr.access.eServices.C030?.purposeId,
      digest: { alg: 'SHA256', value: DIGEST },
      producerId: registry.producerId,
      consumerId: registry.organisations[0]?.consumerId,
      eserviceId: offer?.eserviceId,
      descriptorId: offer?.descriptorId,
    })
    const verified = jwtVerify(String(json().access_token), createLocalJWKSet(jwks), { currentDate: STARTED })
    await expect(verified).resolves.toBeTruthy()
  })
  test.each<[string, () => Change, Record<string, string | undefined>?]>([
    ['client_id left out', () => ({}), { client_id: undefined }],
    ['aud a list', () => ({ claims: { aud: ['another', anpr.access.tokenAudience] } })],
    ['a whole minute left', () => ({ claims: { exp: SECOND + 60 } })],
    ['a second left', () => ({ claims: { exp: SECOND + 1 } })],
    ['a field that nobody asks for', () => ({}), { scope: 'x' }],
  ])('%s', async (_name, change, fields) => {
    expect((await asked(change(), fields)).status).toBe(200)
  })
  test('as another client writes it: a charset beside the form, and claims in another order', async () => {
    const assertion = await client.assertion('C030', DIGEST)
    const backwards = Object.fromEntries(Object.entries(claims(assertion)).reverse())
    const anew = await client.jwt(backwards, { typ: 'JWT', kid: anpr.access.client.kid })
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8', accept: '*/*' }
    const { status, json } = await client.ask(client.form(anew), headers)
    expect([status, claims(json().access_token).digest]).toEqual([200, { alg: 'SHA256', value: DIGEST }])
  })
  test('no digest: the voucher has none', async () => {
    const { json } = await asked({ claims: { digest: undefined } })
    expect(claims(json().access_token)).not.toHaveProperty('digest')
  })
})

test.each<[string, () => Change]>([
  ['typ', () => ({ header: { typ: 'at+jwt' } })],
  ['typ', () => ({ header: { typ: undefined } })],
  ['iss', () => ({ claims: { iss: 'somebody else' } })],
  ['iat', () => ({ claims: { iat: SECOND + 1_000 } })],
  ['exp', () => ({ claims: { exp: SECOND + 86_400 } })],
  ['digest', () => ({ claims: { digest: { alg: 'SHA256', value: 'A'.repeat(64) } } })],
])('%s is not checked by the published server: a voucher, and a warning in the log', async (cause, change) => {
  expect((await asked(change())).status).toBe(200)
  expect(of('warned').at(-1)?.cause).toBe(cause)
})
test('to the second: of this second and an hour long is right, and what ends in this second has ended', async () => {
  const { clock } = opened
  clock.now = new Date(SECOND * 1000)
  const before = of('warned').length
  expect((await asked({ claims: { iat: SECOND, exp: SECOND + 3_600 } })).status).toBe(200)
  expect(of('warned')).toHaveLength(before)
  expect((await asked({ claims: { exp: SECOND } })).status).toBe(400)
  expect(causes()).toEqual(['0017'])
  clock.now = STARTED
})
test('nor is a jti that was used before', async () => {
  const form = client.form(await client.assertion('C030', DIGEST))
  await client.ask(form)
  expect((await client.ask(form)).status).toBe(200)
  expect(of('warned').at(-1)?.cause).toBe('jti')
})

describe('015-0008, and the cause in the log alone', () => {
  test.each<[string, () => Change, Record<string, string | undefined>?]>([
    ['0002', () => ({}), { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }],
    ['0002', () => ({}), { client_assertion_type: undefined }],
    ['0003', () => ({}), { grant_type: 'authorization_code' }],
    ['0004', () => ({ claims: { aud: `https://${anpr.access.tokenAudience}` } })],
    ['0004', () => ({ claims: { aud: ['another'] } })],
    ['0005', () => ({ claims: { aud: undefined } })],
    ['0008', () => ({ claims: { jti: undefined } })],
    ['0009', () => ({ claims: { iat: undefined } })],
    ['0010', () => ({ claims: { exp: undefined } })],
    ['0011', () => ({ claims: { iss: undefined } })],
    ['0012', () => ({ claims: { sub: undefined } }), { client_id: undefined }],
    ['0013', () => ({}), { client_id: randomUUID() }],
    ['0014', () => ({ claims: { purposeId: 'C030' } })],
    ['0014', () => ({ claims: { purposeId: [purposeOf(opened.registry)?.purposeId] } })],
    ['0015', () => ({ header: { kid: undefined } })],
    ['0016', () => ({ key: stranger.privateKey })],
    ['0017', () => ({ claims: { exp: SECOND } })],
    ['0018', () => ({}), { client_assertion: 'not.a.jwt' }],
    ['0018', () => ({}), { client_assertion: undefined }],
    ['0024', () => ({ claims: { sub: 'totem-polis' } }), { client_id: undefined }],
    ['0024', () => ({ claims: { sub: [clientId()] } }), { client_id: undefined }],
    ['0025', () => ({ claims: { digest: 'a'.repeat(64) } })],
    ['0025', () => ({ claims: { digest: null } })],
    ['0025', () => ({ claims: { digest: 7 } })],
    ['0025', () => ({ claims: { digest: { alg: 'SHA256', value: DIGEST, more: 'x' } } })],
    ['0026', () => ({ claims: { digest: { alg: 'SHA256', value: Buffer.alloc(32).toString('base64') } } })],
    ['0026', () => ({ claims: { digest: { alg: 'SHA256', value: [...DIGEST] } } })],
    ['0027', () => ({ claims: { digest: { alg: 'SHA-256', value: DIGEST } } })],
    ['0029', () => ({ header: { alg: 'PS256' } })],
    ['0030', () => ({ claims: { purposeId: undefined } })],
    ['0031', () => ({ header: { kid: 'my-key' } })],
    ['0031', () => ({ header: { kid: `${anpr.access.client.kid}=` } })],
    ['0031', () => ({ header: { kid: [anpr.access.client.kid] } })],
    ...['nbf', 'client_id', 'eserviceId', 'producerId', 'htm'].map(
      (name) =>
        ['0032', () => ({ claims: { [name]: name === 'nbf' ? SECOND : clientId() } })] as [string, () => Change],
    ),
    ['0032', () => ({ header: { x5t: 'x' } })],
    ['0032', () => ({ claims: { iat: String(SECOND) } })],
    ['0032', () => ({ claims: { exp: SECOND + 100.5 } })],
    ['0032', () => ({ claims: { jti: 7 } })],
    ['0032', () => ({ claims: { aud: [anpr.access.tokenAudience, 7] } })],
    ['unknown-key', () => ({ header: { kid: 'x'.repeat(43) } })],
    ['unknown-key', () => ({ claims: { purposeId: randomUUID() } })],
    ['unknown-key', () => ({ claims: { sub: randomUUID() } }), { client_id: undefined }],
  ])('%s', async (cause, change, fields) => {
    const { status, headers, json } = await asked(change(), fields)
    expect([status, headers['content-type'], json()]).toEqual([
      400,
      expect.stringContaining('application/problem+json'),
      {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'Unable to generate a token for the given request',
        correlationId: of('refused').at(-1)?.id,
        errors: [{ code: '015-0008', detail: 'Unable to generate a token for the given request' }],
      },
    ])
    expect(causes()).toEqual([cause])
  })
  test('0023: a client_id that is no UUID, which is no sub either', async () => {
    expect((await asked({}, { client_id: 'totem-polis' })).status).toBe(400)
    expect(causes()).toEqual(['0023', '0013'])
  })
  test('0004: an aud that is neither text nor list, which is not listed either', async () => {
    expect((await asked({ claims: { aud: 7 } })).status).toBe(400)
    expect(causes()).toEqual(['0004', '0032'])
  })
  test('0028: no alg', async () => {
    const [, payload, signature] = (await client.assertion('C030', DIGEST)).split('.')
    const header = Buffer.from(JSON.stringify({ kid: anpr.access.client.kid, typ: 'JWT' })).toString('base64url')
    await asked({}, { client_assertion: [header, payload, signature].join('.') })
    expect(causes()).toEqual(['0028'])
  })
  test('0029: nobody signs with alg none', async () => {
    const [, payload] = (await client.assertion('C030', DIGEST)).split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: anpr.access.client.kid })).toString('base64url')
    await asked({}, { client_assertion: `${header}.${payload}.` })
    expect(causes()).toEqual(['0029'])
  })
  test('0006: JSON in place of a form, and a name twice', async () => {
    const form = client.form(await client.assertion('C030', DIGEST))
    const headers = { 'content-type': 'application/json' }
    const json = await client.hear(anpr.access.tokenUrl, { method: 'POST', headers, body: JSON.stringify(form) })
    expect([json.status, causes()]).toEqual([400, ['0006']])
    const twice = `${new URLSearchParams(form)}&grant_type=client_credentials`
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const doubled = await client.hear(anpr.access.tokenUrl, { method: 'POST', headers: type, body: twice })
    expect([doubled.status, causes()]).toEqual([400, ['0006']])
    const nothing = await client.hear(anpr.access.tokenUrl, { method: 'POST', headers: type })
    expect([nothing.status, causes()]).toEqual([400, ['0002', '0003']])
  })
})

describe('the order of the checks: of two faults the log has the earlier', () => {
  test.each<[string, string, () => Change, Record<string, string>?, Record<string, string>?]>([
    ['proof, grant', 'dpop-format', () => ({}), { grant_type: 'password' }, { dpop: 'x' }],
    ['grant, claims', '0003', () => ({ claims: { jti: undefined } }), { grant_type: 'password' }],
    ['claims, key', '0008', () => ({ claims: { jti: undefined }, header: { kid: 'x'.repeat(43) } })],
    ['key, signature', 'unknown-key', () => ({ header: { kid: 'x'.repeat(43) }, key: stranger.privateKey })],
    ['signature, time', '0016', () => ({ claims: { exp: SECOND - 1 }, key: stranger.privateKey })],
  ])('%s', async (_name, cause, change, fields, headers) => {
    const form = { ...client.form(await client.assertion('C030', DIGEST, change())), ...fields }
    await client.ask(form, headers)
    expect(causes()).toEqual([cause])
  })
  test('time, state; then state, rate', async () => {
    const own = await openAnpr((registry) => {
      Object.assign(purposeOf(registry) ?? {}, { state: 'INACTIVE' })
      Object.assign(registry.organisations[0] ?? {}, { tokenRate: { limit: 1, intervalMs: 60_000 } })
    })
    const ask = async (change?: Change) =>
      own.client.ask(own.client.form(await own.client.assertion('C030', DIGEST, change)))
    await ask({ claims: { exp: SECOND } })
    expect(own.anpr.log().at(-1)?.cause).toBe('0017')
    // None of them is counted: what is refused for its state never reaches the rate.
    for (let n = 0; n < 3; n++) expect((await ask()).status).toBe(400)
    await own.end()
  })
})

const purposeOf = (registry: PdndRegistry) =>
  registry.organisations[0]?.clients[0]?.purposes.find(({ eService }) => eService === 'C030')

describe('what the registry says', () => {
  const changed = async (change: (registry: PdndRegistry) => unknown) => {
    const own = await openAnpr(change)
    return {
      ...own,
      end: async () => {
        elsewhere.push(...own.anpr.log())
        await own.end()
      },
      ask: async () => own.client.ask(own.client.form(await own.client.assertion('C030', DIGEST))),
      cause: () => own.anpr.log().at(-1)?.cause,
    }
  }
  test.each<[string, (registry: PdndRegistry) => unknown]>([
    ['0020', (registry) => Object.assign(purposeOf(registry) ?? {}, { state: 'INACTIVE' })],
    ['0021', (registry) => Object.assign(purposeOf(registry) ?? {}, { agreement: 'INACTIVE' })],
    ['0022', (registry) => Object.assign(registry.eServices.C030 ?? {}, { state: 'INACTIVE' })],
  ])('%s: not active', async (cause, change) => {
    const { ask, cause: told, end } = await changed(change)
    expect([(await ask()).status, told()]).toEqual([400, cause])
    await end()
  })
  test('the voucher lives as long as the e-service’s descriptor says', async () => {
    const { ask, end } = await changed(({ eServices }) => Object.assign(eServices.C030 ?? {}, { voucherSeconds: 60 }))
    const { json } = await ask()
    expect([json().expires_in, claims(json().access_token).exp]).toEqual([60, SECOND + 60])
    await end()
  })
  test('audiences of their own', async () => {
    const audience = 'https://modipa.example/rest/C030/v1'
    const tokenAudience = 'auth.interop.example/client-assertion'
    const {
      anpr,
      client: own,
      ask,
      end,
    } = await changed((registry) => {
      registry.tokenAudience = tokenAudience
      Object.assign(registry.eServices.C030 ?? {}, { audience })
    })
    expect(anpr.access.tokenAudience).toBe(tokenAudience)
    expect(anpr.access.eServices.C030?.audience).toBe(audience)
    expect(claims((await ask()).json().access_token).aud).toEqual([audience])
    const datiRichiesta = { dataRiferimentoRichiesta: '2026-11-22', motivoRichiesta: '1', casoUso: 'C030' }
    await own.call('C030', { idOperazioneClient: '1', criteriRicerca: { codiceFiscale: 'X' }, datiRichiesta })
    expect(anpr.log().at(-1)).toMatchObject({ where: 'gate', cause: 'accepted' })
    await end()
  })
  test('a purpose of an e-service that nobody offers', async () => {
    const purposeId = randomUUID()
    const {
      client: other,
      cause,
      end,
    } = await changed((registry) => {
      const known = purposeOf(registry)
      if (known) registry.organisations[0]?.clients[0]?.purposes.push({ ...known, purposeId, eService: 'X' })
    })
    const { status } = await other.ask(other.form(await other.assertion('C030', DIGEST, { claims: { purposeId } })))
    expect([status, cause()]).toEqual([400, 'unknown-key'])
    await end()
  })
  test('429 for the organisation until the interval is over', async () => {
    const {
      anpr: limited,
      clock,
      ask,
      end,
    } = await changed(({ organisations }) =>
      Object.assign(organisations[0] ?? {}, { tokenRate: { limit: 1, intervalMs: 1_000 } }),
    )
    expect((await ask()).headers['x-rate-limit-remaining']).toBe('0')
    const { status, headers, json } = await ask()
    expect([status, (json().errors as { code: string }[])[0]?.code]).toEqual([429, '007-10004'])
    expect(headers).toMatchObject({ 'x-rate-limit-limit': '1', 'x-rate-limit-remaining': '0' })
    expect(limited.log().at(-1)?.cause).toBe('rate')
    clock.now = new Date(+STARTED + 1_000)
    expect((await ask()).status).toBe(200)
    await end()
  })
  test('a kid that is not its key’s thumbprint is refused with its name', async () => {
    const registry = structuredClone(opened.registry)
    Object.assign(registry.organisations[0]?.clients[0]?.keys[0] ?? {}, { kid: 'x'.repeat(43) })
    await expect(readRegistry(registry)).rejects.toThrow(/the kid x{43} is not its key's thumbprint/)
  })
})

test('audiences: the bulk services keep -PDND, all others lose it', () => {
  const { eServices } = anpr.access
  const withPdnd = Object.keys(eServices).filter((code) => eServices[code]?.audience.includes('-PDND/'))
  expect(withPdnd).toEqual(Object.keys(eServices).filter((code) => code.startsWith('ElabMassiva')))
  expect(Object.values(eServices).every(({ url }) => url.includes('/MinInternoPortaANPR-PDND/'))).toBe(true)
})

describe('faults on demand', () => {
  test.each<[AnprFault, number, string]>([
    [{ kind: 'token-unavailable' }, 503, '<h1>'],
    [{ kind: 'token-error' }, 500, '"code":"015-0000"'],
    [{ kind: 'token-limited' }, 429, '"code":"007-10004"'],
    [{ kind: 'token-slow', ms: 60 }, 200, 'access_token'],
  ])('$kind', async (fault, status, text) => {
    anpr.setFault(fault)
    const began = performance.now()
    const heard = await asked()
    if (fault.kind === 'token-slow') expect(performance.now() - began).toBeGreaterThan(55)
    expect([heard.status, heard.text.includes(text)]).toEqual([status, true])
  })
  test('a voucher of the future', async () => {
    anpr.setFault({ kind: 'token-not-yet-valid', seconds: 5, times: 1 })
    expect(claims((await asked()).json().access_token)).toMatchObject({ iat: SECOND + 5, nbf: SECOND + 5 })
    expect(claims((await asked()).json().access_token)).toMatchObject({ nbf: SECOND })
  })
})

test('each reason for which the token server refuses has a request here that was refused for it', () => {
  expect(unmet(CAUSES.token, [...anpr.log(), ...elsewhere])).toEqual([])
})
