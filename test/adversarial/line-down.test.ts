import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer, type ServerOptions } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type LineFault, lineFault } from '../../contract/line.ts'
import { createGatewayClient } from '../../main/sync/client.ts'
import { createLine } from '../../main/sync/line.ts'
import { whyDown } from '../../main/sync/line-fault.ts'
import type { Authority } from '../../simulator/pki/issue.ts'
import { authority, days, tlsPair } from '../support/tls/issue-tls.ts'

// Why a totem has no line, as its sync log tells it: real sockets, real TLS, whatever may stand at the gateway's address.

let ours: Authority
let other: Authority
let totem: { certificate: string; key: string }
beforeAll(async () => {
  ;[ours, other] = [await authority('ours'), await authority('other')]
  totem = await tlsPair(ours, 'TT-0001')
})

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function listen(server: ReturnType<typeof createServer> | ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const GOOD = '{"at":"2026-11-22T09:00:00.000Z","version":"1"}'
const good: RequestListener = (_, response) => void response.end(GOOD)
const says =
  (status: number, body: string, headers = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(body)

async function gateway({
  issuer = ours,
  validity = days(1, 100),
  host = '127.0.0.1',
  answers = good,
  ...options
}: {
  issuer?: Authority
  validity?: ReturnType<typeof days>
  host?: string
  answers?: RequestListener
} & ServerOptions) {
  const { certificate, key } = await tlsPair(issuer, 'gateway', validity, host)
  return listen(createServer({ cert: certificate, key, ...options }, answers))
}

/** A totem's line to this address; the log's entries as it was written. */
function lineTo(url: string, pair = totem) {
  const told: object[] = []
  const ca = ours.certificate.toString('pem')
  const client = createGatewayClient({
    ...{ url, ca, ...pair, version: 'test', onMalformed: () => undefined },
    deadlines: { statusMs: 500, slowStatusMs: 500, citizenMs: 500, backlog: { silenceMs: 500, wholeMs: 500 } },
  })
  ends.push(() => client.close())
  let clock = 0
  const line = createLine({
    client,
    journal: { record: (event, fields) => void told.push({ event, ...fields }) },
    ...{ now: () => 1_700_000_000_000 + clock, clock: () => clock, random: () => 0.5, lineProbeMs: 5_000 },
    ...{ stopping: () => false, onChange: () => undefined },
  })
  const pass = (ms: number) => {
    clock += ms
  }
  return { line, told, client, pass }
}

const PAGE = '<!doctype html><title>Accesso a Internet</title>'
const cases: [string, () => Promise<string>, LineFault][] = [
  ['a certificate that has expired', () => gateway({ validity: days(90, -1) }), 'certificate-expired'],
  ['a certificate of tomorrow', () => gateway({ validity: days(-1, 90) }), 'certificate-not-yet-valid'],
  ['a certificate of another authority', () => gateway({ issuer: other }), 'certificate-other-ca'],
  ['a certificate of another name', () => gateway({ host: '127.0.0.9' }), 'certificate-wrong-name'],
  ['TLS 1.2 only', () => gateway({ maxVersion: 'TLSv1.2' }), 'not-tls'],
  ['another service without TLS', () => listen(createTcpServer((socket) => socket.end('220 smtp\r\n'))), 'not-tls'],
  ['TLS, and then no HTTP', () => gateway({}).then(notHttp), 'not-our-gateway'],
  ['a page with 200', () => gateway({ answers: says(200, PAGE) }), 'not-our-gateway'],
  ['a redirect', () => gateway({ answers: says(302, PAGE, { location: '/login' }) }), 'not-our-gateway'],
  ['a page that is not found', () => gateway({ answers: says(404, PAGE) }), 'not-our-gateway'],
  ['JSON of another service', () => gateway({ answers: says(200, '{"ok":true}') }), 'not-our-gateway'],
  ['a maintenance page', () => gateway({ answers: says(503, PAGE) }), 'gateway-unavailable'],
  ['a bad gateway', () => gateway({ answers: says(502, PAGE) }), 'gateway-unavailable'],
  ['too many requests', () => gateway({ answers: says(429, '') }), 'gateway-busy'],
  [
    'an unknown totem',
    () => gateway({ answers: says(403, '{"kind":"request-malformed","anpr":null}') }),
    'totem-unknown',
  ],
  ['a refusal', () => gateway({ answers: says(400, '{"kind":"request-outdated","anpr":null}') }), 'gateway-refused'],
  ['silence', () => gateway({ answers: () => undefined }), 'timed-out'],
  ['a cut', () => gateway({ answers: (request) => void request.socket.destroy() }), 'connection-cut'],
  ['nobody', async () => 'https://127.0.0.1:9', 'connection-refused'],
  ['a name that does not exist', async () => 'https://gateway.invalid', 'name-not-found'],
]
async function notHttp(): Promise<string> {
  const { certificate, key } = await tlsPair(ours, 'gateway', days(1, 100), '127.0.0.1')
  const { createServer: createTlsServer } = await import('node:tls')
  return listen(createTlsServer({ cert: certificate, key }, (socket) => socket.end('220 imap\r\n')))
}

test.each(cases)('at the address of the gateway there is %s', async (_, open, reason) => {
  const { line, told } = lineTo(await open())
  await line.run()
  expect(told).toEqual([{ event: 'line.changed', state: 'down', reason, detail: expect.stringMatching(/^[\w.+:-]+$/) }])
  expect(line.lastOutage).toMatchObject({ reason, seconds: 0 })
})

test('another reason is told while the line is down, the same one is not; and it comes up without one', async () => {
  let answers = says(503, PAGE)
  const { line, told, pass } = lineTo(await gateway({ answers: (request, response) => answers(request, response) }))
  await line.run()
  await line.run()
  answers = says(302, PAGE)
  await line.run()
  pass(90_000)
  answers = good
  await line.run()
  const entry = { event: 'line.changed', state: 'down' }
  expect(told.filter((entry) => 'state' in entry)).toEqual([
    { ...entry, reason: 'gateway-unavailable', detail: 'http-503' },
    { ...entry, reason: 'not-our-gateway', detail: 'answer-malformed' },
    { event: 'line.changed', state: 'up' },
  ])
  pass(90_000)
  expect(line.lastOutage).toEqual({
    from: new Date(1_700_000_000_000).toISOString(),
    seconds: 90,
    reason: 'not-our-gateway',
  })
})

describe('the codes of TLS and of the system', () => {
  test.each<[string, LineFault]>([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-other-ca'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate-other-ca'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-wrong-name'],
    ['CERT_REVOKED', 'certificate-refused'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'own-certificate-refused'],
    ['ERR_SSL_SSL-TLS_ALERT_BAD_CERTIFICATE', 'own-certificate-refused'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'own-certificate-refused'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'own-certificate-refused'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-tls'],
    ['EAI_AGAIN', 'name-not-found'],
    ['EHOSTUNREACH', 'no-network'],
    ['ETIMEDOUT', 'timed-out'],
    ['E_OF_ANOTHER_DAY', 'unknown'],
  ])('%s', (code, reason) => {
    expect(whyDown({ kind: 'line-down', reason: code })).toEqual({ reason, detail: code })
    expect(lineFault.options).toContain(reason)
  })
})

test('a renewed certificate is shown at the next connection, and exchanges under way end on the old one', async () => {
  const seen: string[] = []
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const url = await gateway({
    ...{ ca: ours.certificate.toString('pem'), requestCert: true, rejectUnauthorized: true },
    async answers(request, response) {
      const { subject } = (request.socket as import('node:tls').TLSSocket).getPeerCertificate()
      seen.push(String(subject.CN))
      if (seen.length === 1) await held
      response.end(GOOD)
    },
  })
  const { client } = lineTo(url)
  const before = client.status()
  await expect.poll(() => seen.length).toBe(1)
  client.renew({ ca: ours.certificate.toString('pem'), ...(await tlsPair(ours, 'TT-0001-renewed')) })
  expect((await client.status()).ok).toBe(true)
  release()
  expect((await before).ok).toBe(true)
  expect((await client.status()).ok).toBe(true)
  expect(seen).toEqual(['TT-0001', 'TT-0001-renewed', 'TT-0001-renewed'])
})
