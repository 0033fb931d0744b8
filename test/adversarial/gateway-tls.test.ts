// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { SubjectAlternativeNameExtension } from '@peculiar/x509'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import { type Authority, ecKeys, issue, privateKeyPem, selfSigned } from '../../simulator/pki/issue.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { PKI } from '../support/pki.ts'

// A gateway whose certificates are renewed while it runs, at each of its doors.

const build = join(import.meta.dirname, '../../gateway/verify/build.ts')
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)
const soon = { timeout: 30_000 }

let dir: string
let centre: Centre
let gatewayCa: Authority
let totemCa: Authority
const file = (name: string) => join(dir, name)
const put = (name: string, content: string, mode = 0o600) => {
  rmSync(file(name), { force: true })
  writeFileSync(file(name), content, { mode })
}
const pem = (authority: Authority) => `${authority.certificate.toString('pem')}\n`

async function certificate(issuer: Authority, name: string, { from = -1, days = 100 } = {}) {
  const keys = await ecKeys()
  const alternative = new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])
  const validity = { notBefore: inDays(from), notAfter: inDays(days) }
  const made = await issue(issuer, `CN=${name}`, keys, validity, [alternative])
  return { cert: `${made.toString('pem')}\n`, key: await privateKeyPem(keys), serial: made.serialNumber.toUpperCase() }
}
/** Puts a new certificate where the gateway looks; answers its serial number. */
async function renewed(name: string, validity?: { from?: number; days?: number }): Promise<string> {
  const { cert, key, serial } = await certificate(gatewayCa, 'localhost', validity)
  put(`${name}.key.pem`, key)
  put(`${name}.cert.pem`, cert)
  return serial
}
const later = (ms = MINUTE_MS) => vi.advanceTimersByTimeAsync(ms)
type Door = 'url' | 'operatorUrl' | 'publicUrl'
/** The serial number that a door shows on a new connection. */
function serialAt(door: Door): Promise<string> {
  const { hostname: host, port } = new URL(centre.gateway[door] ?? '')
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), ca: pem(gatewayCa) }, () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    }).on('error', reject)
  })
}
const lines = (kind: string) =>
  centre
    .logged()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((line) => line.kind === kind)
async function metric(name: string): Promise<string | undefined> {
  const dispatcher = new Agent({ connect: { ca: pem(gatewayCa) } })
  const authorization = `Bearer ${readFileSync(join(PKI, 'operator-token'), 'utf8').trim()}`
  const { body } = await request(`${centre.gateway.operatorUrl}/metrics`, { dispatcher, headers: { authorization } })
  const text = await body.text()
  await dispatcher.close()
  return text.split('\n').find((line) => line.startsWith(name))
}

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  await makePki(PKI)
  dir = mkdtempSync(join(tmpdir(), 'gateway-tls-'))
  const authority = async (name: string) =>
    selfSigned(name, await ecKeys(), { notBefore: inDays(-1), notAfter: inDays(900) })
  gatewayCa = await authority('CN=Gateways TEST')
  totemCa = await authority('CN=Totems TEST')
  put('clients.pem', pem(totemCa))
  await renewed('own')
  await renewed('public')
  // No certificate lies beside the key: the issuer alone decides who may call.
  mkdirSync(file('totems'))
  const known = 'TT-0001.outcome.pub.jwk.json'
  copyFileSync(join(PKI, 'totems', known), join(file('totems'), known))
  const list = ['--keys', join(PKI, 'verification-keys.jws')]
  const signer = join(PKI, 'verification-keys.pub.jwk.json')
  execFileSync(process.execPath, [build, ...list, '--keys-signer', signer, '--out', file('page.html')])
  centre = await openCentre(null, {
    tls: { key: file('own.key.pem'), certificate: file('own.cert.pem'), clientCa: file('clients.pem') },
    totems: file('totems'),
    public: {
      ...{ host: '127.0.0.1', port: 0, page: file('page.html'), keysSigner: signer },
      tls: { key: file('public.key.pem'), certificate: file('public.cert.pem') },
    },
  })
})
afterAll(async () => {
  vi.useRealTimers()
  await centre?.stop()
  rmSync(dir, { recursive: true, force: true })
})

describe('a renewed certificate', () => {
  test.each<[string, Door[]]>([
    ['own', ['url', 'operatorUrl']],
    ['public', ['publicUrl']],
  ])('%s.cert.pem is shown within a minute, without a restart', async (name, doors) => {
    const serial = await renewed(name)
    await later()
    for (const door of doors) await expect.poll(() => serialAt(door), soon).toBe(serial)
  })
  test('with the key first and the certificate a while later: the old pair is shown meanwhile', async () => {
    const before = await serialAt('url')
    const { key, cert, serial } = await certificate(gatewayCa, 'localhost')
    put('own.key.pem', key)
    await later()
    await expect
      .poll(() => lines('tls-not-taken').at(-1), soon)
      .toMatchObject({ certificate: 'tls', reason: 'not-a-pair' })
    expect(await serialAt('url')).toBe(before)
    put('own.cert.pem', cert)
    await later()
    await expect.poll(() => serialAt('url'), soon).toBe(serial)
  })
  test.each<[string, string, () => unknown]>([
    ['is half written', 'malformed', () => put('own.cert.pem', '-----BEGIN CERTIFICATE-----\nMIIB')],
    ['is gone', 'unreadable', () => rmSync(file('own.cert.pem'))],
    ['is of another key', 'not-a-pair', () => copyFileSync(file('public.cert.pem'), file('own.cert.pem'))],
    ['has a key that others may read', 'key-open-to-others', () => chmodSync(file('own.key.pem'), 0o644)],
    ['is of tomorrow', 'not-valid-now', () => renewed('own', { from: 1 })],
    ['is of yesterday', 'not-valid-now', () => renewed('own', { from: -3, days: -2 })],
    ['comes with an empty file of issuers', 'malformed', () => put('clients.pem', '')],
  ])('that %s: told, and the one before is shown', async (_, reason, harm) => {
    const before = await serialAt('url')
    const told = lines('tls-not-taken').length
    await harm()
    // A changed mode alone changes nothing of the content, which an operator renews with it.
    if (reason === 'key-open-to-others') writeFileSync(file('own.key.pem'), readFileSync(file('own.key.pem')))
    await later()
    await expect.poll(() => lines('tls-not-taken').length, soon).toBeGreaterThan(told)
    expect(lines('tls-not-taken').at(-1)).toMatchObject({ certificate: 'tls', reason })
    expect(await serialAt('url')).toBe(before)
    expect(await serialAt('operatorUrl')).toBe(before)
    put('clients.pem', pem(totemCa))
    const serial = await renewed('own')
    await later()
    await expect.poll(() => serialAt('url'), soon).toBe(serial)
  })
})

test('another issuer of totems’ certificates counts within a minute, and the one before no more', async () => {
  const next = await selfSigned('CN=Totems TEST 2', await ecKeys(), { notBefore: inDays(-1), notAfter: inDays(900) })
  const [old, young] = await Promise.all([totemCa, next].map((issuer) => certificate(issuer, 'TT-0001')))
  const comesIn = async (client: typeof old) => {
    const dispatcher = new Agent({ connect: { ca: pem(gatewayCa), cert: client?.cert ?? '', key: client?.key ?? '' } })
    const answer = request(`${centre.gateway.url}/v1/status`, { dispatcher })
    const came = await answer.then(
      async ({ body, statusCode }) => {
        await body.dump()
        return statusCode === 200
      },
      () => false,
    )
    await dispatcher.close()
    return came
  }
  expect([await comesIn(old), await comesIn(young)]).toEqual([true, false])
  put('clients.pem', pem(totemCa) + pem(next))
  await later()
  await expect.poll(() => comesIn(young), soon).toBe(true)
  expect(await comesIn(old)).toBe(true)
  put('clients.pem', pem(next))
  await later()
  await expect.poll(() => comesIn(old), soon).toBe(false)
  expect(await comesIn(young)).toBe(true)
})

describe('the end of a certificate', () => {
  beforeEach(async () => {
    put('clients.pem', pem(totemCa))
  })
  test('stands in the metrics for each file, of a chain for its first link to end', async () => {
    const { cert, key } = await certificate(gatewayCa, 'localhost', { days: 50 })
    put('own.key.pem', key)
    put('own.cert.pem', cert + (await certificate(gatewayCa, 'Issuing CA', { days: 40 })).cert)
    await renewed('public', { days: 60 })
    await later()
    const days = async (setting: string) =>
      Math.round(Number((await metric(`totem_certificate_days{certificate="${setting}"}`))?.split(' ')[1]))
    await expect.poll(() => days('tls'), soon).toBe(40)
    await expect.poll(() => days('public.tls'), soon).toBe(60)
    expect(await days('tls.clientCa')).toBe(900)
  })
  test('is told in the log from 30 days before, once a day, and no more after a renewal', async () => {
    await renewed('own', { days: 29.5 })
    const told = () => lines('certificate-ends').filter(({ certificate }) => certificate === 'tls')
    expect(told()).toEqual([])
    await later()
    await expect.poll(told, soon).toMatchObject([{ days: 29, level: 40 }])
    await later(2 * MINUTE_MS)
    expect(told()).toHaveLength(1)
    centre.clock.now = inDays(1.1)
    await later()
    await expect.poll(told, soon).toMatchObject([{ days: 29 }, { days: 28 }])
    centre.clock.now = inDays(30)
    await later()
    await expect.poll(told, soon).toHaveLength(3)
    expect(told().at(-1)).toMatchObject({ days: -1, level: 50 })
    centre.clock.now = new Date()
    await renewed('own')
    await later()
    await later(2 * MINUTE_MS)
    expect(told()).toHaveLength(3)
  })
})
