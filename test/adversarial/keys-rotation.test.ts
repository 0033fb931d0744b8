import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import { Failure } from '../../commands/command.ts'
import { keys as keysCommand } from '../../commands/keys.ts'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import { readKey, sealOutcome } from '../../gateway/sealing/sealing.ts'
import { makeOutcomeKey, outcomeKeysOf, retireOutcomeKey } from '../../main/keys/rotate.ts'
import { type KeyPlaces, loadTotemKeys } from '../../main/keys/totem-keys.ts'
import { type GatewayKeyStore, openGatewayKeys } from '../../main/lists/gateway-keys.ts'
import { createKeysRefresh } from '../../main/lists/gateway-keys-refresh.ts'
import { openQueue } from '../../main/queue/queue.ts'
import { type NamedKey, openOutcome, sealRequest } from '../../main/queue/sealing.ts'
import { createGatewayClient } from '../../main/sync/client.ts'
import { provisionTotem } from '../../simulator/bench/totem.ts'
import { listed, signGatewayKeys } from '../../simulator/pki/gateway-keys.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { login, wish } from '../support/gateway/requests.ts'
import { startTpm } from '../support/keys/swtpm.ts'
import { PKI } from '../support/pki.ts'

// Keys that change while requests and outcomes are under way: the gateway's, and the totem's own.

const NOW = Date.now()
const inDays = (days: number) => new Date(NOW + days * DAY_MS).toISOString()
const jwk = (name: string) => JSON.parse(readFileSync(join(PKI, name), 'utf8')) as NamedKey
beforeAll(() => makePki(PKI))

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'totem-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

type Change = Partial<GatewayKeys>
const gatewayList = (change: Change = {}): GatewayKeys => ({
  sequence: 2,
  issued: inDays(-1),
  nextUpdate: inDays(90),
  sealing: [
    { from: inDays(-200), key: listed(jwk('gateway.sealing-before.pub.jwk.json')) },
    { from: inDays(-10), key: listed(jwk('gateway.sealing.pub.jwk.json')) },
  ],
  anchor: [listed(jwk('gateway-keys/anchor.jwk.json'))],
  ...change,
})
const signed = (change: Change = {}, signer: JWK = jwk('trust-list.key.jwk.json')) =>
  signGatewayKeys(gatewayList(change), signer)

/** A totem's disk, provisioned with list number 2; `start` starts the totem on it. */
async function totem() {
  const dataDir = temporary()
  const list = join(dataDir, 'provisioned.jws')
  writeFileSync(list, await signed())
  const told: [event: string, fields: object][] = []
  const journal = { record: (event: string, fields: object) => void told.push([event, fields]) }
  const clock = { now: NOW }
  const open = () =>
    openGatewayKeys({ list, listKey: join(PKI, 'trust-list.pub.jwk.json'), dataDir, journal, now: () => clock.now })
  const start = async () => {
    const store = await open()
    if (!store.ok) throw new Error(store.error.kind)
    return store.value
  }
  mkdirSync(join(dataDir, 'keys'))
  return { dataDir, list, told, journal, clock, open, start, kept: join(dataDir, 'keys/gateway-keys.jws') }
}
const sequence = ({ list }: GatewayKeyStore) => list.sequence
const current = () => jwk('gateway.sealing.pub.jwk.json').kid
const before = () => jwk('gateway.sealing-before.pub.jwk.json').kid

describe('the list of the gateway’s keys at the totem', () => {
  test('a newer list counts at once, is reported, and is there at the next start', async () => {
    const { start, told } = await totem()
    const store = await start()
    expect(await store.take(await signed({ sequence: 3 }))).toBe(true)
    expect(sequence(store)).toBe(3)
    expect(told).toEqual([['keys.updated', { sequence: 3 }]])
    expect(sequence(await start())).toBe(3)
  })
  test.each([
    ['older', 1],
    ['of the same number', 2],
  ])('one that is %s is left, and nobody is alarmed', async (_, number) => {
    const { start, told, kept } = await totem()
    const store = await start()
    expect(await store.take(await signed({ sequence: number, issued: inDays(0) }))).toBe(false)
    expect([sequence(store), told, existsSync(kept)]).toEqual([2, [], false])
  })
  test.each<[string, string, () => Promise<string> | string]>([
    ['another signer’s', 'gateway-keys-unsigned', async () => signed({ sequence: 9 }, (await jwkPair('sig')).private)],
    ['a trust list', 'gateway-keys-unsigned', () => readFileSync(join(PKI, 'trust-list.jws'), 'utf8').trim()],
    ['changed', 'gateway-keys-unsigned', async () => (await signed({ sequence: 9 })).replace('.', '.A')],
    ['empty', 'gateway-keys-unsigned', () => ''],
    [
      'to seal to no point of the curve',
      'gateway-keys-malformed',
      () =>
        signed({
          sequence: 9,
          sealing: [{ from: inDays(-1), key: { ...gatewayList().anchor[0], y: 'A'.repeat(43) } as never }],
        }),
    ],
  ])('one that is %s is refused and told once', async (_, reason, list) => {
    const { start, told, kept } = await totem()
    const store = await start()
    const jws = await list()
    expect([await store.take(jws), await store.take(jws)]).toEqual([false, false])
    expect([sequence(store), store.sealingKey().kid, existsSync(kept)]).toEqual([2, current(), false])
    expect(told).toEqual([['keys.refused', { reason }]])
  })
  test('a kept list that is damaged on the disk is set aside, and the provisioned one counts', async () => {
    const { start, told, kept } = await totem()
    writeFileSync(kept, (await signed({ sequence: 3 })).slice(0, 200))
    expect(sequence(await start())).toBe(2)
    expect(told).toEqual([['keys.refused', { reason: 'gateway-keys-unsigned' }]])
    expect([existsSync(kept), existsSync(`${kept}.refused`)]).toEqual([false, true])
  })
  test('a provisioned list that is damaged does not stop a totem that has kept a newer one', async () => {
    const { start, open, list, kept } = await totem()
    writeFileSync(kept, await signed({ sequence: 3 }))
    writeFileSync(list, 'damaged')
    expect(sequence(await start())).toBe(3)
    rmSync(kept)
    expect(await open()).toEqual({ ok: false, error: { kind: 'gateway-keys-unsigned' } })
    rmSync(list)
    expect(await open()).toEqual({ ok: false, error: { kind: 'list-unreadable' } })
  })

  let coming: JWK
  beforeAll(async () => {
    coming = (await jwkPair('enc')).public
  })
  const turning = () => ({ sealing: [...gatewayList().sealing, { from: inDays(20), key: listed(coming) }] })
  const next = () => coming.kid
  test('the totem seals to the next key from the moment it begins, by the gateway’s clock', async () => {
    const { list, start } = await totem()
    writeFileSync(list, await signed(turning()))
    const store = await start()
    expect(store.sealingKey().kid).toBe(current())
    store.noteTime(NOW + 21 * DAY_MS)
    expect(store.sealingKey().kid).toBe(next())
    store.noteTime(NOW)
    expect(store.sealingKey().kid).toBe(current())
  })
  test.each([
    ['years behind', -5_000, current],
    ['years ahead', 5_000, next],
  ])('a totem’s clock that is %s does no harm: the gateway opens what it seals', async (_, days, kid) => {
    const { list, start, clock } = await totem()
    writeFileSync(list, await signed(turning()))
    clock.now = NOW + days * DAY_MS
    const store = await start()
    expect(store.sealingKey().kid).toBe(kid())
    store.noteTime(NOW)
    expect(store.sealingKey().kid).toBe(current())
  })
})

describe('with a real gateway', () => {
  let centre: Centre
  let keys: string
  beforeAll(async () => {
    keys = mkdtempSync(join(tmpdir(), 'totem-gateway-keys-'))
    for (const name of ['sealing', 'sealing-before', 'anchor']) {
      copyFileSync(join(PKI, `gateway-keys/${name}.jwk.json`), join(keys, `${name}.jwk.json`))
    }
    writeFileSync(join(keys, 'list.jws'), await signed({ sequence: 7 }))
    centre = await openCentre(null, { keys: { folder: keys, list: join(keys, 'list.jws') } })
  })
  afterAll(async () => {
    await centre.stop()
    rmSync(keys, { recursive: true })
  })
  const clientOf = () => {
    const text = (name: string) => readFileSync(join(PKI, name), 'utf8')
    const client = createGatewayClient({
      url: centre.gateway.url,
      ca: text('gateway-ca.pem'),
      certificate: text('totems/TT-0001.cert.pem'),
      key: text('totems/TT-0001.key.pem'),
      version: '0',
      onMalformed: () => {},
    } as Parameters<typeof createGatewayClient>[0])
    onTestFinished(() => client.close())
    return client
  }

  test('a totem has the newer list as soon as the line is up', async () => {
    const { start, journal, told } = await totem()
    const store = await start()
    const refresh = createKeysRefresh({ client: clientOf(), store, journal: journal as never, random: () => 0 })
    refresh.start()
    refresh.line('up')
    await expect.poll(() => told).toEqual([['keys.updated', { sequence: 7 }]])
    await refresh.stop()
    expect(sequence(store)).toBe(7)
  })
  test('a full disk: reported, and the list in force stays', async () => {
    const { start, journal, told, dataDir } = await totem()
    const store = await start()
    rmSync(join(dataDir, 'keys'), { recursive: true })
    writeFileSync(join(dataDir, 'keys'), 'no folder')
    const refresh = createKeysRefresh({ client: clientOf(), store, journal: journal as never, random: () => 0 })
    refresh.start()
    refresh.line('up')
    await expect.poll(() => told[0]).toEqual(['keys.refused', { reason: 'not-stored' }])
    await refresh.stop()
    expect(sequence(store)).toBe(2)
  })
  test('a totem hears to which of its keys the gateway seals', async () => {
    const { kid, x, y } = jwk('totems/TT-0001.outcome.pub.jwk.json')
    expect(await clientOf().outcomeKey()).toEqual({ ok: true, value: { key: { kid, x, y } } })
  })
  test('a request sealed to the former key that waited 30 days without a line still opens', async () => {
    const at = new Date(NOW - 30 * DAY_MS + 3_600_000)
    const request = wish('anna-bianchi', { evidence: login('anna-bianchi', { at }) })
    const { operation } = request
    const answer = await clientOf().submit({
      items: [{ operation, sealed: await sealRequest(request, jwk('gateway.sealing-before.pub.jwk.json'), 'TT-0001') }],
    })
    expect(before()).not.toBe(current())
    expect(answer).toMatchObject({ ok: true, value: { results: [{ operation, state: 'pending' }] } })
  })
  test('the totem keeps a request sealed to a key that the gateway does not have: nothing is decided', async () => {
    const request = wish('anna-bianchi')
    const { operation } = request
    const sealed = await sealRequest(request, (await jwkPair('enc')).public, 'TT-0001')
    const answer = await clientOf().submit({ items: [{ operation, sealed }] })
    const later = { operation, state: 'later', reason: 'request-unopened' }
    expect(answer).toEqual({ ok: true, value: { results: [later] } })
  })
  test('another totem’s request, submitted as its own, is refused', async () => {
    const request = wish('anna-bianchi', { evidence: login('anna-bianchi', { totem: 'TT-0002' }) })
    const { operation } = request
    const sealed = await sealRequest(request, jwk('gateway.sealing.pub.jwk.json'), 'TT-0002')
    const answer = await clientOf().submit({ items: [{ operation, sealed }] })
    const problem = { kind: 'request-malformed', anpr: null }
    expect(answer).toEqual({ ok: true, value: { results: [{ operation, state: 'refused', problem }] } })
  })
})

describe('a totem’s own key for outcomes', () => {
  /** A totem's keys and queue on its disk, with one outcome in the inbox. */
  async function withOutcome() {
    const folder = temporary()
    const put = (name: string, source: string) => {
      const target = join(folder, name)
      copyFileSync(join(PKI, 'totems', source), target)
      chmodSync(target, 0o600)
      return target
    }
    for (const name of ['outcome', 'data']) mkdirSync(join(folder, name))
    put('outcome/first.jwk.json', 'TT-0001.outcome.jwk.json')
    const config: KeyPlaces = {
      dataDir: join(folder, 'data'),
      outcomeKeys: join(folder, 'outcome'),
      gateway: {
        url: 'https://localhost',
        ca: join(folder, 'ca.pem'),
        certificate: join(folder, 'cert.pem'),
        keys: join(folder, 'keys.jws'),
        key: put('tls.key.pem', 'TT-0001.key.pem'),
      },
      verification: null,
      keyProtection: { kind: 'file' },
    }
    const opened = openQueue({ path: join(config.dataDir, 'queue.db'), now: Date.now })
    if (!opened.ok) throw new Error(opened.error.kind)
    const queue = opened.value
    const added = async () => {
      const request = wish('anna-bianchi')
      const { operation, requestedAt } = request
      const sealed = await sealRequest(request, jwk('gateway.sealing.pub.jwk.json'), 'TT-0001')
      const { session } = request.evidence.statement
      expect(
        queue.add({ operation, session, kind: 'certificate', holder: 'a'.repeat(64), sealed, requestedAt }).ok,
      ).toBe(true)
      return operation
    }
    const settled = async (operation: string, to: JWK) => {
      const outcome = { operation, types: ['8' as const], protocol: '1', idOperazioneAnpr: '2' }
      const sealed = await sealOutcome(
        { ...outcome, issuedAt: new Date().toISOString(), pdf: 'JVBERi0=' },
        await readKey(JSON.stringify(to)),
        'TT-0001',
      )
      queue.settle([{ operation, settlement: { state: 'issued', outcome: sealed } }], Date.now(), null)
      return sealed
    }
    onTestFinished(() => queue.close())
    return { folder, config, queue, added, settled }
  }
  const outcomeKeys = async (config: KeyPlaces) => {
    const keys = await loadTotemKeys(config)
    if (!keys.ok) throw new Error(keys.error.kind)
    return keys.value.outcome
  }

  test('outcomes sealed to the former key still open after the change, until none is left', async () => {
    const { config, queue, added, settled } = await withOutcome()
    const old = jwk('totems/TT-0001.outcome.pub.jwk.json')
    const first = await added()
    const late = await added()
    const outcome = await settled(first, old)

    const made = await makeOutcomeKey(config, NOW)
    if (!made.ok) throw new Error(made.error.kind)
    expect(await outcomeKeysOf(config, queue)).toMatchObject({
      ok: true,
      value: [
        { kid: old.kid, file: join(config.outcomeKeys, 'first.jwk.json'), made: null, newest: false, waiting: 1 },
        { kid: made.value.kid, made: Math.floor(NOW / 1_000) * 1_000, newest: true, waiting: 0 },
      ],
    })
    const keys = await outcomeKeys(config)
    expect(await openOutcome(outcome, keys, first, 'TT-0001')).toMatchObject({ ok: true })

    const held = (key: JWK) => ({ kid: String(key.kid), x: String(key.x), y: String(key.y) })
    let sealsTo = held(old)
    const retire = (kid: string) => retireOutcomeKey(config, kid, queue, sealsTo)
    const kind = async (kid: string) => {
      const retired = await retire(kid)
      return retired.ok ? null : retired.error.kind
    }
    expect(await kind('no-such-key')).toBe('key-unknown')
    // The gateway did not get the new public half yet.
    expect(await kind(old.kid)).toBe('key-sealed-to')
    // It got another totem's, or one of the right name that is another key.
    for (const other of [
      jwk('totems/TT-0002.outcome.pub.jwk.json'),
      { ...made.value, x: String(old.x), y: String(old.y) },
    ]) {
      sealsTo = held(other)
      expect(await kind(old.kid)).toBe('gateway-holds-other')
    }
    sealsTo = held(made.value)
    expect(await kind(String(made.value.kid))).toBe('key-newest')
    expect(await kind(old.kid)).toBe('key-needed')
    queue.collected(first)
    expect(await kind(old.kid)).toBe('requests-under-way')
    const sealedToNew = await settled(late, made.value)
    expect(await openOutcome(sealedToNew, keys, late, 'TT-0001')).toMatchObject({ ok: true })
    expect(await kind(old.kid)).toBe(null)
    expect([...(await outcomeKeys(config)).keys()]).toEqual([made.value.kid])
  })

  test('by the technician’s commands, on a TPM: protect, status, rotate, retire', async () => {
    const { folder, config, added } = await withOutcome()
    const tpm = await startTpm()
    onTestFinished(() => tpm.stop())
    const bench = { pki: PKI, gatewayPort: 1, deviceEnv: {}, dockUrl: null }
    const { config: provisioned } = await provisionTotem({ folder: join(temporary(), 'totem'), ...bench })
    const file = join(folder, 'totem.json')
    const keyProtection = { kind: 'tpm', tcti: tpm.tcti, blob: join(folder, 'kek.json') }
    writeFileSync(file, JSON.stringify({ ...provisioned, ...config, keyProtection }))
    const totem = async (...args: string[]) => {
      const said = vi.spyOn(console, 'log').mockImplementation(() => {})
      try {
        const code = await keysCommand([...args, '--config', file, '--json'])
        return { code, answer: JSON.parse(String(said.mock.lastCall?.[0])) }
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure
        return { code: failure.exitCode, answer: failure.answer }
      } finally {
        said.mockRestore()
      }
    }
    expect(await totem('status')).toMatchObject({ code: 78, answer: { protection: 'tpm' } })
    expect(await totem('protect')).toMatchObject({ code: 0 })
    expect(await totem('status')).toMatchObject({ code: 0, answer: { outcomeKeys: [{ newest: true, waiting: 0 }] } })
    const out = join(folder, 'new.pub.jwk.json')
    const rotated = await totem('rotate', '--out', out)
    const { kid, d } = JSON.parse(readFileSync(out, 'utf8'))
    expect([rotated.code, rotated.answer.kid, d]).toEqual([0, kid, undefined])
    const old = jwk('totems/TT-0001.outcome.pub.jwk.json').kid
    await added()
    const refused = (kind: string) => ({ code: 22, answer: { kind } })
    expect(await totem('retire', '--kid', old)).toEqual(refused('gateway-not-asked'))
    expect(await totem('retire', '--kid', old, '--gateway-has', old)).toEqual(refused('key-sealed-to'))
    expect(await totem('retire', '--kid', old, '--gateway-has', 'no-such-key')).toEqual(refused('gateway-holds-other'))
    expect(await totem('retire', '--kid', old, '--gateway-has', kid)).toEqual(refused('requests-under-way'))
    expect((await outcomeKeys({ ...config, keyProtection } as KeyPlaces)).size).toBe(2)
  })
})
