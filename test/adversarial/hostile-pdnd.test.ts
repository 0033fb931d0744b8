// What our client makes of a token server and a gate that answer anything: a named failure, never a call with a voucher
// that is not its own, and nothing of a stranger's text in what is logged.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { signerIn } from '../../gateway/anpr/pdnd/signer.ts'
import { pdndTransport } from '../../gateway/anpr/pdnd/transport.ts'
import type { Transport } from '../../gateway/anpr/transport.ts'
import { pdndAccess, pdndSettings } from '../../gateway/settings/pdnd.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { PKI } from '../support/pki.ts'

const PURPOSE = 'd3b07384-d9a0-4c3b-8b1f-3f2f1e0c9a11'
const ASKER = { userId: 'pseudonym', userLocation: 'TT-0001', loa: 'LOA3' }
const PERSON = 'RSSMRA80A01H501U'
const TIMEOUT_MS = 1_500
const token = (claims: object) =>
  [{ alg: 'RS256', typ: 'at+jwt' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('c2ln')
    .join('.')
const now = () => Math.floor(Date.now() / 1000)

/** The token server's answer as it should be, from the form; a test changes parts of it. */
const good = (form: URLSearchParams) => {
  const { purposeId, digest } = decodeJwt(form.get('client_assertion') ?? '')
  return { purposeId, digest, iat: now(), nbf: now(), exp: now() + 600 }
}
const answer = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
const granted = (response: ServerResponse, claims: object, more: object = {}) =>
  answer(response, 200, { access_token: token(claims), token_type: 'Bearer', expires_in: 600, ...more })

type Told = (response: ServerResponse, form: URLSearchParams) => unknown
let tokens: Told
let gate: RequestListener
let gated = 0
const server = async (request: IncomingMessage, response: ServerResponse) => {
  const body = await text(request)
  if (request.url === '/token') return tokens(response, new URLSearchParams(body))
  gated++
  return gate(request as never, response as never)
}
let transport: Transport
let stop = () => {}
beforeAll(async () => {
  await makePki(PKI)
  const file = (name: string) => readFileSync(join(PKI, 'pdnd', name))
  const listening = createServer({ key: file('server.key.pem'), cert: file('server.cert.pem') }, server)
  await once(listening.listen(0, '127.0.0.1'), 'listening')
  const url = `https://127.0.0.1:${(listening.address() as AddressInfo).port}`
  const offer = { url: `${url}/gate`, audience: 'gate', purposeId: PURPOSE }
  const needed = ['C007', 'C019', 'C021', 'C029', 'C030', 'ANPR-Certificazione']
  const ca = join(PKI, 'pdnd/ca.pem')
  const settings = pdndSettings.parse({
    ...{ tokenUrl: `${url}/token`, tokenAudience: 'here', clientId: PURPOSE, tokenCa: ca, gateCa: ca },
    key: join(PKI, 'pdnd/client.key.pem'),
    services: Object.fromEntries(needed.map((code) => [code, offer])),
  })
  transport = pdndTransport(await pdndAccess(settings), { timeoutMs: TIMEOUT_MS })
  stop = () => {
    listening.closeAllConnections()
    listening.close()
  }
})
afterAll(async () => {
  await transport?.close()
  stop()
})
beforeEach(() => {
  gated = 0
  tokens = (response, form) => granted(response, good(form))
  gate = (_request, response) => answer(response, 200, {})
})
let askers = 0
const ask = () =>
  transport.post({
    ...{
      service: 'C030',
      method: 'POST',
      operation: '/anpr-service-e002',
      body: { criteriRicerca: { codiceFiscale: PERSON } },
    },
    asker: { ...ASKER, userId: `pseudonym-${++askers}` },
  })

test.each<[string, Told, kind: string, reason: RegExp]>([
  ['a page', (r) => answer(r, 200, '<html>'), 'anpr-unavailable', /^voucher-unreadable$/],
  ['nothing', (r) => answer(r, 200, ''), 'anpr-unavailable', /^voucher-unreadable$/],
  ['null', (r) => answer(r, 200, 'null'), 'anpr-unavailable', /^voucher-unreadable$/],
  ['no token', (r) => answer(r, 200, { token_type: 'Bearer' }), 'anpr-unavailable', /^voucher-unreadable$/],
  [
    'a token with a line break',
    (r, f) => granted(r, {}, { access_token: `${token(good(f))}\r\nX: y` }),
    'anpr-unavailable',
    /^voucher-unreadable$/,
  ],
  ['a token of nonsense', (r) => granted(r, {}, { access_token: 'a.b.c' }), 'anpr-unavailable', /^voucher-unreadable$/],
  [
    'a voucher without an end',
    (r, f) => granted(r, { ...good(f), exp: undefined }),
    'anpr-unavailable',
    /^voucher-unreadable$/,
  ],
  [
    'a token of another type',
    (r, f) => granted(r, good(f), { token_type: 'DPoP' }),
    'anpr-misconfigured',
    /^voucher-type$/,
  ],
  [
    'a voucher for another purpose',
    (r, f) => granted(r, { ...good(f), purposeId: 'other' }),
    'anpr-misconfigured',
    /^voucher-purpose$/,
  ],
  [
    'a voucher for other evidence',
    (r, f) => granted(r, { ...good(f), digest: { alg: 'SHA256', value: '0'.repeat(64) } }),
    'anpr-misconfigured',
    /^voucher-digest$/,
  ],
  [
    'a voucher without a digest',
    (r, f) => granted(r, { ...good(f), digest: undefined }),
    'anpr-misconfigured',
    /^voucher-digest$/,
  ],
  [
    'a voucher that begins in an hour',
    (r, f) => granted(r, { ...good(f), nbf: now() + 3_600 }),
    'anpr-unavailable',
    /^voucher-not-yet-valid$/,
  ],
  [
    'more than anybody sends',
    (r) => answer(r, 200, 'x'.repeat(9 * 1024 * 1024)),
    'anpr-unreadable',
    /^UND_ERR_RES_EXCEEDED_MAX_SIZE$/,
  ],
  [
    'half an answer',
    (r) => r.writeHead(200, { 'content-length': '99' }).write('{', () => r.destroy()),
    'anpr-unavailable',
    /^UND_ERR_SOCKET$/,
  ],
  ['no answer', () => undefined, 'anpr-unavailable', /^TimeoutError$/],
  [
    'a redirect',
    (r) => r.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
    'anpr-unavailable',
    /^pdnd-http-302$/,
  ],
  ['429', (r) => answer(r, 429, { errors: [{ code: '007-10004' }] }), 'anpr-busy', /^pdnd-429$/],
  ['500', (r) => answer(r, 500, { errors: [{ code: '015-0000' }] }), 'anpr-unavailable', /^pdnd-http-500$/],
  [
    '400 with a text of its own',
    (r) => answer(r, 400, { errors: [{ code: PERSON }], correlationId: PERSON }),
    'anpr-unavailable',
    /^pdnd-http-400$/,
  ],
  [
    '400 with a code and a text',
    (r) => answer(r, 400, { errors: [{ code: '015-0008', detail: PERSON }], correlationId: PERSON }),
    'anpr-misconfigured',
    /^pdnd-015-0008$/,
  ],
])('token server: %s', async (_what, told, kind, reason) => {
  tokens = told
  expect(await ask()).toEqual({ ok: false, error: { kind, reason: expect.stringMatching(reason) } })
  expect(gated).toBe(0)
  // A failure is not kept: the next one is served.
  askers--
  tokens = (response, form) => granted(response, good(form))
  expect(await ask()).toMatchObject({ ok: true })
})

test.each<[string, RequestListener, unknown]>([
  [
    'half an answer',
    (_q, r) => void r.writeHead(200, { 'content-length': '99' }).write('{', () => r.destroy()),
    { error: { kind: 'anpr-unavailable', reason: 'UND_ERR_SOCKET' } },
  ],
  ['no answer', () => undefined, { error: { kind: 'anpr-unavailable', reason: 'TimeoutError' } }],
  [
    'more than anybody sends',
    (_q, r) => void r.end('x'.repeat(9 * 1024 * 1024)),
    { error: { kind: 'anpr-unreadable' } },
  ],
  [
    'a transaction without end',
    (_q, r) => void r.writeHead(200, { 'govway-transaction-id': 'x'.repeat(9_000) }).end('{}'),
    { ok: true, value: { transaction: 'x'.repeat(64) } },
  ],
])('gate: %s', async (_what, told, expected) => {
  gate = told
  expect(await ask()).toMatchObject(expected as object)
  expect(gated).toBe(1)
})

test('a certificate of an authority that the settings do not name is not believed', async () => {
  const file = (name: string) => readFileSync(join(PKI, 'pdnd', name))
  const listening = createServer({ key: file('server.key.pem'), cert: file('server.cert.pem') }, server)
  await once(listening.listen(0, '127.0.0.1'), 'listening')
  const url = `https://127.0.0.1:${(listening.address() as AddressInfo).port}`
  const signer = await signerIn('key', join(PKI, 'pdnd/client.key.pem'), null)
  const purpose = { url: `${url}/gate`, audience: 'gate', purposeId: PURPOSE, dpop: false }
  const wary = pdndTransport(
    {
      client: { clientId: PURPOSE, signer },
      token: { url: `${url}/token`, audience: 'here', keep: true },
      ca: { token: file('ca.pem').toString(), gate: readFileSync(join(PKI, 'gateway-ca.pem'), 'utf8') },
      services: { C030: purpose },
    },
    { timeoutMs: TIMEOUT_MS },
  )
  const answered = await wary.post({ service: 'C030', method: 'POST', operation: '/x', body: {}, asker: ASKER })
  expect(answered).toMatchObject({
    ok: false,
    error: { kind: 'anpr-unavailable', reason: expect.stringMatching(/CERT|SIGNATURE|VERIFY/) },
  })
  expect(gated).toBe(0)
  await wary.close()
  listening.closeAllConnections()
  listening.close()
})
