import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { TotemConfig } from '../../contract/config.ts'
import { createTrustRefresh } from '../../main/lists/trust-refresh.ts'
import { openTrustStore } from '../../main/lists/trust-store.ts'
import { createGatewayClient } from '../../main/sync/client.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type CrlOptions, issueCrls } from '../../simulator/pki/trust-list.ts'
import { sha256Of } from '../../trust/crl-shelf.ts'
import { verifyEvidence } from '../../trust/evidence.ts'
import { openCentre } from '../support/gateway/centre.ts'
import { login } from '../support/gateway/requests.ts'
import { PKI } from '../support/pki.ts'
import { json, startScriptedGateway, type Whim } from '../support/sync/scripted-gateway.ts'
import { DAY, foreignPki, listOf, temporary } from '../support/trust/lists.ts'

beforeAll(() => makePki(PKI))

type Told = [event: string, fields: object]

/** A totem's disk, provisioned with list 5; `open` starts the totem on it. */
async function totemOn({ testTrust = true, ...more }: Partial<TotemConfig['trust']> & { testTrust?: boolean } = {}) {
  const dataDir = temporary()
  const config: TotemConfig['trust'] = {
    list: join(dataDir, 'provisioned.jws'),
    listKey: join(PKI, 'trust-list.pub.jwk.json'),
    revocation: { maxAgeHours: 48, whenUnknown: 'refuse' },
    possession: [],
    ...more,
  }
  writeFileSync(config.list, await listOf(5))
  mkdirSync(join(dataDir, 'trust/crls'), { recursive: true })
  const told: Told[] = []
  const journal = { record: (event: string, fields: object) => void told.push([event, fields]) }
  const open = () => openTrustStore({ config, testTrust, dataDir, journal, now: () => new Date() })
  return {
    config,
    dataDir,
    told,
    journal,
    open,
    kept: join(dataDir, 'trust/trust-list.jws'),
    crls: join(dataDir, 'trust/crls'),
    async start() {
      const store = await open()
      if (!store.ok) throw new Error(store.error.kind)
      await store.value.load()
      return store.value
    },
  }
}
type Totem = Awaited<ReturnType<typeof totemOn>>
type Store = Awaited<ReturnType<Totem['start']>>

/** The totem's verdict on a good card, and on the same person's revoked one. */
const verdicts = ({ trust }: Store) =>
  [login('anna-bianchi'), login('anna-bianchi', { certificate: 'anna-bianchi.revoked' })].map((evidence) => {
    const verdict = verifyEvidence(evidence, trust, new Date())
    return verdict.ok ? verdict.value.revocation : verdict.error.kind
  })
const SOUND = ['good', 'certificate-revoked']

describe('start', () => {
  test.each([
    ['newer', 6, 6],
    ['older', 4, 5],
  ])('a kept list that is %s than the provisioned one', async (_name, kept, inForce) => {
    const totem = await totemOn()
    writeFileSync(totem.kept, await listOf(kept))
    expect((await totem.start()).counts.sequence).toBe(inForce)
    expect(totem.told).toEqual([])
  })
  test.each<[string, string, (list: string) => string | Promise<string>]>([
    ['truncated', 'trust-list-unsigned', (list) => list.slice(0, 300)],
    ['empty', 'trust-list-unsigned', () => ''],
    [
      'of another signature',
      'trust-list-unsigned',
      async (list) => `${list.slice(0, list.lastIndexOf('.'))}.${(await listOf(1)).split('.')[2]}`,
    ],
    ['signed and senseless', 'trust-list-malformed', () => listOf(0)],
  ])('a kept list %s is told, set aside, and the provisioned one is used', async (_name, reason, damage) => {
    const totem = await totemOn()
    const damaged = await damage(await listOf(6))
    writeFileSync(totem.kept, damaged)
    expect((await totem.start()).counts.sequence).toBe(5)
    expect(totem.told).toEqual([['trust.refused', { reason }]])
    expect(existsSync(totem.kept)).toBe(false)
    expect(readFileSync(`${totem.kept}.refused`, 'utf8')).toBe(damaged)
  })
  test('the provisioned list is damaged: a kept one still serves, without one the totem does not start', async () => {
    const totem = await totemOn()
    writeFileSync(totem.config.list, 'x')
    expect(await totem.open()).toEqual({ ok: false, error: { kind: 'trust-list-unsigned' } })
    writeFileSync(totem.kept, await listOf(2))
    expect((await totem.start()).counts.sequence).toBe(2)
  })
  test('without the list signer’s key the totem does not start', async () => {
    const totem = await totemOn({ listKey: '/nonexistent' })
    expect(await totem.open()).toEqual({ ok: false, error: { kind: 'list-key-unreadable' } })
  })
  test('a totem that is not on a bench does not start with a bench’s issuers (invariant 9)', async () => {
    const totem = await totemOn({ testTrust: false })
    expect(await totem.open()).toEqual({ ok: false, error: { kind: 'authorities-for-tests' } })
  })
  test('CRLs on the disk count once they are read', async () => {
    const totem = await totemOn()
    await issueCrls(PKI, totem.crls)
    const opened = await totem.open()
    if (!opened.ok) throw new Error(opened.error.kind)
    expect(opened.value.ready).toBe(false)
    await opened.value.load()
    expect(opened.value.ready).toBe(true)
    expect(verdicts(opened.value)).toEqual(SOUND)
  })
  test('a CRL damaged on the disk is reported and thrown away; foreign and old ones are thrown away', async () => {
    const totem = await totemOn()
    const [damaged = ''] = await issueCrls(PKI, totem.crls)
    await issueCrls(PKI, totem.crls, { issued: new Date(Date.now() - DAY) })
    await issueCrls(foreignPki(), totem.crls)
    const good = readFileSync(damaged)
    writeFileSync(damaged, good.subarray(0, 200))
    const store = await totem.start()
    expect(totem.told).toEqual([['trust.refused', { reason: 'crl-damaged' }]])
    expect(readdirSync(totem.crls)).toHaveLength(store.counts.crls)
    expect(store.knows(sha256Of(good))).toBe(false)
    expect(verdicts(store)).toEqual(SOUND)
  })
  test.each<[CrlOptions | null, TotemConfig['trust']['revocation']['whenUnknown'], string[]]>([
    [null, 'refuse', ['revocation-unknown', 'revocation-unknown']],
    [null, 'accept', ['unknown-accepted', 'unknown-accepted']],
    [{ issued: new Date(Date.now() - 3 * DAY) }, 'refuse', ['revocation-unknown', 'certificate-revoked']],
    [{ issued: new Date(Date.now() - 3 * DAY) }, 'accept', ['unknown-accepted', 'certificate-revoked']],
  ])('CRLs %o and the policy to %s', async (crls, whenUnknown, expected) => {
    const totem = await totemOn({ revocation: { maxAgeHours: 48, whenUnknown } })
    if (crls) await issueCrls(PKI, totem.crls, crls)
    expect(verdicts(await totem.start())).toEqual(expected)
  })
})

const clientOf = (url: string) =>
  createGatewayClient({
    url,
    ca: readFileSync(join(PKI, 'gateway-ca.pem'), 'utf8'),
    certificate: readFileSync(join(PKI, 'totems/TT-0001.cert.pem'), 'utf8'),
    key: readFileSync(join(PKI, 'totems/TT-0001.key.pem'), 'utf8'),
    version: 'test',
    onMalformed: () => {},
  })

/** Makes the totem ask the gateway at `url` once, and waits until it has. */
async function refreshed(totem: Totem, store: Store, url: string, room = (_bytes: number) => true): Promise<void> {
  const client = clientOf(url)
  onTestFinished(() => client.close())
  let asked = () => {}
  const done = new Promise<void>((resolve) => {
    asked = resolve
  })
  const refresh = createTrustRefresh({
    client,
    store,
    journal: totem.journal as never,
    onReady: () => {},
    room,
    // The back-off is asked after the work, for the time of the next.
    random() {
      asked()
      return 0.5
    },
  })
  refresh.start()
  refresh.line('up')
  await done
  await refresh.stop()
}

describe('through the gateway', () => {
  test('a newer list and all CRLs come, count at once, and are there at the next start without a line', async () => {
    const centre = await openCentre(null)
    onTestFinished(() => centre.stop())
    centre.config.trust.list = join(temporary(), 'list.jws')
    writeFileSync(centre.config.trust.list, await listOf(9))
    await centre.restartGateway()

    const totem = await totemOn()
    const store = await totem.start()
    expect(verdicts(store)[0]).toBe('revocation-unknown')
    await refreshed(totem, store, centre.gateway.url)
    expect(verdicts(store)).toEqual(SOUND)
    const { counts } = store
    expect(counts).toMatchObject({ sequence: 9 })
    expect(totem.told).toEqual([['trust.updated', counts]])
    await refreshed(totem, store, centre.gateway.url)
    expect(totem.told).toHaveLength(1)

    const again = await totem.start()
    expect(again.counts).toEqual(counts)
    expect(verdicts(again)).toEqual(SOUND)
  })
})

describe('a gateway that cannot be believed', () => {
  const offering =
    (list: string, crls: Uint8Array[], served: (der: Uint8Array) => Uint8Array = (der) => der): Whim =>
    ({ path }, response) => {
      if (path === '/v1/trust') {
        json(response, 200, { list, crls: crls.map((der) => ({ sha256: sha256Of(der), bytes: der.length })) })
        return true
      }
      const der = crls.find((one) => path === `/v1/trust/crls/${sha256Of(one)}`)
      if (der) response.end(served(der))
      return der !== undefined
    }
  const crlsIn = async (pki: string, options: CrlOptions = {}) =>
    (await issueCrls(pki, temporary(), options)).map((file) => new Uint8Array(readFileSync(file)))

  /** The totem has everything already; no answer of this gateway may change it. */
  async function unmoved(whim: Whim, room?: (bytes: number) => boolean): Promise<Told[]> {
    const gateway = await startScriptedGateway(Date.now)
    onTestFinished(() => gateway.close())
    gateway.misbehave(whim)
    const totem = await totemOn()
    await issueCrls(PKI, totem.crls)
    const store = await totem.start()
    const { counts } = store
    const files = readdirSync(totem.crls).sort()
    await refreshed(totem, store, gateway.url, room)
    expect(store.counts).toEqual(counts)
    expect(verdicts(store)).toEqual(SOUND)
    expect(readdirSync(totem.crls).sort()).toEqual(files)
    expect(existsSync(totem.kept)).toBe(false)
    const again = await totem.start()
    expect(again.counts).toEqual(counts)
    return totem.told
  }

  test.each<[string, Whim]>([
    ['is not there', (_asked, response) => !!response.destroy()],
    ['has no such thing', (_asked, response) => !!response.writeHead(404).end('{}')],
    ['answers 500', (_asked, response) => !!response.writeHead(500).end()],
    ['answers no JSON', (_asked, response) => !!response.end('<html>')],
    ['answers another shape', (_asked, response) => !!response.end('{"list":1,"crls":{}}')],
    [
      'stops in the middle',
      (_asked, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{"list":"')
        setImmediate(() => response.destroy())
        return true
      },
    ],
  ])('it %s', async (_name, whim) => {
    expect(await unmoved(whim)).toEqual([])
  })
  test.each<[string, Told[], () => Promise<string>]>([
    ['an older list', [], () => listOf(4)],
    [
      'a list of the same sequence',
      [],
      () => listOf(5, (list) => ({ ...list, authorities: list.authorities.slice(0, 1) })),
    ],
    ['no list', [['trust.refused', { reason: 'trust-list-unsigned' }]], async () => 'garbage'],
    [
      'a list that was changed',
      [['trust.refused', { reason: 'trust-list-unsigned' }]],
      async () => (await listOf(9)).replace('.', '.A'),
    ],
  ])('it offers %s', async (_name, told, list) => {
    expect(await unmoved(offering(await list(), []))).toEqual(told)
  })
  test('it offers an older CRL, on which the card was still good', async () => {
    const older = await crlsIn(PKI, { issued: new Date(Date.now() - DAY) })
    expect(await unmoved(offering(await listOf(5), older))).toEqual([])
  })
  test('it offers the CRLs of an issuer of the same name', async () => {
    const foreign = await crlsIn(foreignPki())
    expect(await unmoved(offering(await listOf(5), foreign))).toEqual([['trust.refused', { reason: 'crl-unsigned' }]])
  })
  test.each<[string, (der: Uint8Array) => Uint8Array]>([
    ['longer than it said', (der) => Buffer.concat([der, der])],
    ['cut', (der) => der.subarray(0, 100)],
    ['changed', (der) => der.map((byte, at) => (at === 90 ? byte ^ 1 : byte))],
  ])('a CRL comes %s', async (_name, served) => {
    const [der = new Uint8Array()] = await crlsIn(PKI, { issued: new Date(Date.now() + 1_000) })
    const told = await unmoved(offering(await listOf(5), [der], served))
    expect(told).toEqual([['trust.refused', { reason: 'crl-damaged' }]])
  })
  test('it offers more than a totem can hold', async () => {
    const huge = { sha256: 'a'.repeat(64), bytes: 65 * 1024 * 1024 }
    const list = await listOf(5)
    const told = await unmoved((_asked, response) => {
      json(response, 200, { list, crls: [huge] })
      return true
    })
    expect(told).toEqual([['trust.refused', { reason: 'crl-too-large' }]])
  })
  test('storage-full: nothing is fetched, so that a request finds room', async () => {
    const crls = await crlsIn(PKI, { issued: new Date(Date.now() + 1_000) })
    const told = await unmoved(offering(await listOf(5), crls), () => false)
    expect(told).toEqual([['trust.refused', { reason: 'no-room' }]])
  })
  test('one bad CRL keeps no good one away', async () => {
    const gateway = await startScriptedGateway(Date.now)
    onTestFinished(() => gateway.close())
    const good = await crlsIn(PKI)
    const bad = await crlsIn(foreignPki())
    gateway.misbehave(offering(await listOf(5), [...bad, ...good]))
    const totem = await totemOn()
    const store = await totem.start()
    await refreshed(totem, store, gateway.url)
    expect(verdicts(store)).toEqual(SOUND)
  })
})
