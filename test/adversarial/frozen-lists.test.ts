import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { pino } from 'pino'
import { beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import { ok } from '../../contract/result.ts'
import { LIST_DAYS, LIST_GRACE_DAYS } from '../../contract/signed-list.ts'
import { openKeyring } from '../../gateway/keys/keyring.ts'
import { openGatewayKeys } from '../../main/lists/gateway-keys.ts'
import { createKeysRefresh } from '../../main/lists/gateway-keys-refresh.ts'
import { watchListEnds } from '../../main/lists/list-ends.ts'
import { createTrustRefresh } from '../../main/lists/trust-refresh.ts'
import { openTrustStore } from '../../main/lists/trust-store.ts'
import { signGatewayKeys } from '../../simulator/pki/gateway-keys.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { signTrustList, trustListOf } from '../../simulator/pki/trust-list.ts'
import { verifyGatewayKeys } from '../../trust/gateway-keys.ts'
import { PKI } from '../support/pki.ts'
import { listOf, temporary } from '../support/trust/lists.ts'

// A gateway that withholds newer lists, or hands out old ones: the totem notices by the end that is signed.

beforeAll(() => makePki(PKI))

const NOW = Date.now()
const dayAt = (days: number) => new Date(NOW + days * DAY_MS).toISOString()
const read = (name: string) => readFileSync(join(PKI, name), 'utf8').trim()
const jwk = (name: string) => JSON.parse(read(name)) as JWK
const dated = (sequence: number, days: number) =>
  listOf(sequence, (list) => ({ ...list, issued: dayAt(0), nextUpdate: dayAt(days) }))

async function keysDated(sequence: number, days: number): Promise<string> {
  const list = await verifyGatewayKeys(read('gateway-keys.jws'), jwk('trust-list.pub.jwk.json'))
  if (!list.ok) throw new Error(list.error.kind)
  return signGatewayKeys(
    { ...list.value, sequence, issued: dayAt(0), nextUpdate: dayAt(days) },
    jwk('trust-list.key.jwk.json'),
  )
}

/** A totem with lists that end 100 days from now, and a gateway that answers what it is told to. */
async function totem() {
  const dataDir = temporary()
  const [list, keysList, listKey] = [
    join(dataDir, 'trust.jws'),
    join(dataDir, 'k.jws'),
    join(PKI, 'trust-list.pub.jwk.json'),
  ]
  writeFileSync(list, await dated(5, 100))
  writeFileSync(keysList, await keysDated(5, 100))
  mkdirSync(join(dataDir, 'trust/crls'), { recursive: true })
  const clock = { now: NOW }
  const told: [string, Record<string, unknown>][] = []
  const journal = { record: (event: string, fields: object) => void told.push([event, fields as never]) }
  const config = { list, listKey, revocation: { maxAgeHours: 48, whenUnknown: 'refuse' as const }, possession: [] }
  const now = () => new Date(clock.now)
  const trust = await openTrustStore({ config, testTrust: true, dataDir, journal, now })
  const keys = await openGatewayKeys({ list: keysList, listKey, dataDir, journal, now: () => clock.now })
  if (!trust.ok || !keys.ok) throw new Error('not opened')
  const ends = watchListEnds({ trust: () => trust.value.list, 'gateway-keys': () => keys.value.list }, { journal, now })
  /** One whole exchange with this gateway. */
  async function meet(gateway: { trust: string; keys: string; at?: string }): Promise<void> {
    const at = gateway.at ?? new Date(clock.now).toISOString()
    let whole = 0
    const random = () => {
      whole++
      return 0
    }
    const refreshes = [
      createTrustRefresh({
        client: { trust: async () => ok({ list: gateway.trust, crls: [] }), crl: () => Promise.reject(new Error()) },
        ...{ store: trust.ok ? trust.value : (null as never), journal, onReady: () => {}, room: () => true },
        random,
      }),
      createKeysRefresh({
        client: {
          keys: async () => ok({ list: gateway.keys }),
          status: async () => ok({ at, version: '0' }),
        } as never,
        ...{ store: keys.ok ? keys.value : (null as never), journal },
        random,
      }),
    ]
    for (const refresh of refreshes) {
      refresh.start()
      refresh.line('up')
    }
    await expect.poll(() => whole).toBe(2)
    for (const refresh of refreshes) await refresh.stop()
    ends.tell()
  }
  const listsTold = () => told.filter(([event]) => event.startsWith('list.'))
  const inDays = (days: number) => {
    clock.now = NOW + days * DAY_MS
  }
  return { meet, ends, listsTold, inDays, told }
}
const both = (event: string, days: number, ends = dayAt(100)) =>
  ['trust', 'gateway-keys'].map((list) => [event, { list, days, ends }])

describe('a gateway that withholds newer lists', () => {
  test.each<[string, () => Promise<{ trust: string; keys: string; at?: string }>]>([
    ['hands out the same ones', async () => ({ trust: await dated(5, 100), keys: await keysDated(5, 100) })],
    [
      'hands out older ones that end later',
      async () => ({ trust: await dated(4, 180), keys: await keysDated(4, 180) }),
    ],
    [
      'says that it is still the day before',
      async () => ({ trust: await dated(5, 100), keys: await keysDated(5, 100), at: dayAt(99) }),
    ],
  ])('%s: told before and after the end, served on for a while, then out of service', async (_name, gateway) => {
    const { meet, ends, listsTold, inDays } = await totem()
    await meet(await gateway())
    expect([listsTold(), ends.lapsed]).toEqual([[], false])
    inDays(76)
    await meet(await gateway())
    expect([listsTold().splice(0), ends.lapsed]).toEqual([both('list.ending', 24), false])
    inDays(101)
    await meet(await gateway())
    expect([listsTold().slice(2), ends.lapsed]).toEqual([both('list.ended', 1), false])
    // Once a day, and not each minute.
    ends.tell()
    expect(listsTold()).toHaveLength(4)
    inDays(102)
    ends.tell()
    expect(listsTold()).toHaveLength(6)
    inDays(100 + LIST_GRACE_DAYS)
    ends.tell()
    expect([listsTold().slice(6), ends.lapsed]).toEqual([both('list.lapsed', LIST_GRACE_DAYS), true])
  })

  test('newer lists end the alarm and open the totem again', async () => {
    const { meet, ends, listsTold, inDays } = await totem()
    inDays(161)
    ends.tell()
    expect(ends.lapsed).toBe(true)
    await meet({ trust: await dated(6, 184), keys: await keysDated(6, 100) })
    expect(ends.lapsed).toBe(true)
    await meet({ trust: await dated(6, 184), keys: await keysDated(7, 184) })
    expect([ends.lapsed, listsTold().at(-1)?.[0]]).toEqual([false, 'list.ending'])
  })
})

describe('a list without an end, or with one that is no end', () => {
  test.each<[string, object]>([
    ['none', { nextUpdate: undefined }],
    ['before its issue', { nextUpdate: dayAt(-1) }],
    ['at its issue', { nextUpdate: dayAt(0) }],
    ['later than half a year', { nextUpdate: new Date(Date.parse(dayAt(LIST_DAYS)) + 1).toISOString() }],
    ['no instant', { nextUpdate: 'never' }],
  ])('%s: refused', async (_name, change) => {
    const { meet, told } = await totem()
    const list = { ...(await trustListOf(PKI, 9)), issued: dayAt(0), ...change }
    await meet({
      trust: await signTrustList(list as never, jwk('trust-list.key.jwk.json')),
      keys: await keysDated(5, 100),
    })
    expect(told).toEqual([['trust.refused', { reason: 'trust-list-malformed' }]])
  })
})

test('a gateway whose own list has ended goes on, and tells it each day', async () => {
  const dir = temporary()
  const list = join(dir, 'keys.jws')
  writeFileSync(list, await keysDated(3, 100))
  const clock = { now: NOW + 101 * DAY_MS }
  const logged: object[] = []
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(JSON.parse(line)) })
  const keyring = await openKeyring(
    { folder: join(PKI, 'gateway-keys'), list, listKey: join(PKI, 'trust-list.pub.jwk.json') },
    { now: () => new Date(clock.now), log },
  )
  if (!keyring.ok) throw new Error(keyring.error.kind)
  const told = { level: 50, kind: 'list-ends', list: 'keys.list', days: -1 }
  await keyring.value.look()
  expect(logged).toEqual([told])
  clock.now += DAY_MS
  await keyring.value.look()
  expect(logged).toEqual([told, { ...told, days: -2 }])
  await keyring.value.stop()
  expect(keyring.value.ends.toISOString()).toBe(dayAt(100))
})
