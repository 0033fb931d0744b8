import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ownFolder } from '../../basics/temporary.ts'
import { DAY_MS } from '../../basics/time.ts'
import { ASSIGNMENT_TYP, RELEASES_TYP, type Release } from '../../contract/release.ts'
import { err, ok } from '../../contract/result.ts'
import { rangeIn } from '../../gateway/releases/routes.ts'
import { createGatewayClient, type GatewayClient } from '../../main/sync/client.ts'
import { createUpdater, type Updater, type UpdaterParts } from '../../main/update/updater.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { verifyGatewayKeys } from '../../trust/gateway-keys.ts'
import { signList } from '../../trust/signed-list.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { PKI } from '../support/pki.ts'

// A release on its way: through the real gateway over mutual TLS to a totem's disk. The list comes from a signer that
// the gateway is not; who holds the gateway, the line or the disk between can stop a release and never make one.

const read = (name: string) => readFileSync(join(PKI, name), 'utf8').trim()
const [signer, stranger] = await Promise.all([jwkPair('sig'), jwkPair('sig')])
const folder = ownFolder('totem-releases')
const bundle = randomBytes(2_500_000)
const sha256 = createHash('sha256').update(bundle).digest('hex')
const release = (number: number, more: Partial<Release> = {}): Release => ({
  ...{
    number,
    kind: 'program',
    version: `1.${number}.0`,
    compatible: 'kiosk-1',
    over: 0,
    sha256,
    bytes: bundle.length,
  },
  ...more,
})
const listOf = (sequence: number, releases: Release[], days = 14, by: JWK = signer.private) => {
  const issued = Date.now()
  return signList(
    ...([
      {
        ...{ sequence, releases, issued: new Date(issued).toISOString() },
        nextUpdate: new Date(issued + days * DAY_MS).toISOString(),
      },
      by,
      RELEASES_TYP,
    ] as const),
  )
}

let centre: Centre
let client: GatewayClient
let anchors: UpdaterParts['anchors']
let operator: TotemClient
const file = (name: string) => join(folder, name)
const order = async (body: object) => {
  const authorization = `Bearer ${read('operator-token')}`
  const answer = await operator.post('/v1/operator/releases', body, { authorization })
  return answer.body
}

beforeAll(async () => {
  mkdirSync(file('files'))
  writeFileSync(file(`files/${sha256}`), bundle)
  writeFileSync(file('key.jwk.json'), JSON.stringify(signer.public))
  writeFileSync(file('releases.jws'), await listOf(3, [release(7), release(8, { compatible: 'kiosk-2' })]))
  centre = await openCentre(null, {
    releases: {
      ...{ list: file('releases.jws'), releaseKey: file('key.jwk.json'), folder: file('files') },
      laboratory: ['TT-0001'],
    },
  })
  client = createGatewayClient({
    ...{ url: centre.gateway.url, version: '0.1.0', onMalformed: () => {} },
    ...{
      ca: read('gateway-ca.pem'),
      certificate: read('totems/TT-0001.cert.pem'),
      key: read('totems/TT-0001.key.pem'),
    },
  })
  operator = new TotemClient(centre.gateway.operatorUrl, null)
  const keys = await verifyGatewayKeys(read('gateway-keys.jws'), JSON.parse(read('trust-list.pub.jwk.json')))
  anchors = () => (keys.ok ? keys.value.anchor : [])
  expect(await order({ order: 'begin', number: 7, urgent: false })).toEqual({ done: true })
})
afterAll(async () => {
  client.close()
  await operator.close()
  await centre.stop()
  rmSync(folder, { recursive: true, force: true })
})

let data: string
let told: [string, Record<string, unknown>][]
let updater: Updater | null
beforeEach(() => {
  data = ownFolder('totem-update')
  told = []
  updater = null
})
afterEach(async () => {
  await updater?.stop()
  rmSync(data, { recursive: true, force: true })
})

/** One whole exchange of a totem with its gateway. */
async function meets(more: Partial<UpdaterParts> = {}): Promise<Updater> {
  let rounds = 0
  const made = createUpdater({
    ...{ client, totem: 'TT-0001', releaseKey: signer.public, compatible: 'kiosk-1', anchors, folder: data },
    takesSystems: true,
    ...{ journal: { record: (event, fields) => void told.push([event, fields as never]) }, now: Date.now },
    ...{ isIdle: () => true, room: () => true, programs: () => ({ running: 0, highest: 0, failed: new Map() }) },
    random: () => {
      rounds++
      return 0.5
    },
    ...more,
  })
  updater = made
  made.start()
  made.line('up')
  await expect.poll(() => rounds, { timeout: 20_000 }).toBe(1)
  return made
}
const ready = () => {
  const path = join(data, 'ready/7')
  return readFileSync(path)
}
/** The gateway's answer, changed on its way by somebody who holds the gateway. */
const answering = (change: (answer: { list: string; assignment: string }) => object | Promise<object>) => ({
  ...client,
  releases: async () => {
    const answer = await client.releases()
    return answer.ok ? ok({ ...answer.value, ...(await change(answer.value)) }) : answer
  },
})

test('fetched in ranges, checked, ready; the log tells it, and the heartbeat', async () => {
  const { next } = await meets()
  expect(ready().equals(bundle)).toBe(true)
  expect(told).toEqual([
    ['update.offered', { release: 7, bytes: bundle.length }],
    ['update.fetched', { release: 7, bytes: bundle.length }],
  ])
  expect(next()).toEqual({ number: 7, state: 'fetched', reason: null })
  expect(statSync(join(data, 'ready/7')).mode & 0o077).toBe(0)
})

test('a line that breaks, a visit, a restart: it goes on where it was', async () => {
  let ranges = 0
  const asked: number[] = []
  const breaking = {
    ...client,
    async releaseRange(digest: string, from: number, to: number) {
      asked.push(from)
      return ++ranges === 2
        ? err({ kind: 'line-down' as const, reason: 'timeout' })
        : client.releaseRange(digest, from, to)
    },
  }
  await meets({ client: breaking })
  expect(readdirSync(join(data, 'ready'))).toEqual(['7.part'])
  await updater?.stop()
  await meets({ client: breaking, isIdle: () => false })
  await updater?.stop()
  await meets({ client: breaking })
  expect(ready().equals(bundle)).toBe(true)
  expect(asked).toEqual([0, 1_048_576, 1_048_576, 2_097_152])
})

test('a part that a power cut left short, or that is longer than the file, still ends well', async () => {
  for (const length of [1, 1_500_000, 3_000_000]) {
    rmSync(join(data, 'ready'), { recursive: true, force: true })
    mkdirSync(join(data, 'ready'), { recursive: true })
    writeFileSync(join(data, 'ready/7.part'), bundle)
    truncateSync(join(data, 'ready/7.part'), length)
    await meets()
    expect(ready().equals(bundle)).toBe(true)
    await updater?.stop()
  }
})

test('another file than the signed one: nothing of it is kept, and the log names it', async () => {
  const swapped = {
    ...client,
    releaseRange: async (_digest: string, from: number, to: number) => ok(Buffer.alloc(to - from + 1)),
  }
  const { next } = await meets({ client: swapped })
  expect(readdirSync(join(data, 'ready'))).toEqual([])
  expect(told.at(-1)).toEqual(['update.refused', { reason: 'file-damaged', release: 7 }])
  expect(next()).toEqual({ number: 7, state: 'refused', reason: 'file-damaged' })
})

const assign = async (body: object) => {
  const key = JSON.parse(read('gateway-keys/anchor.jwk.json')) as JWK
  return signList(body, key, ASSIGNMENT_TYP)
}
const soon = () => new Date(Date.now() + DAY_MS).toISOString()
const told7 = (more: object = {}) =>
  assign({ totem: 'TT-0001', number: 7, from: new Date(0).toISOString(), until: soon(), ...more })

test.each<[string, string, Partial<UpdaterParts> | (() => Partial<UpdaterParts>)]>([
  ['a list by another signer', 'list-unsigned', { releaseKey: stranger.public }],
  [
    'a list by the gateway’s own key',
    'list-unsigned',
    () => ({
      client: answering(async () => ({
        list: await listOf(9, [release(9)], 14, JSON.parse(read('gateway-keys/anchor.jwk.json'))),
      })),
    }),
  ],
  [
    'a list that is good for too long',
    'list-malformed',
    () => ({ client: answering(async () => ({ list: await listOf(9, [release(9)], 15) })) }),
  ],
  [
    'a list with one number twice',
    'list-malformed',
    () => ({ client: answering(async () => ({ list: await listOf(9, [release(9), release(9)]) })) }),
  ],
  [
    'another totem’s assignment',
    'assignment-other-totem',
    () => ({ client: answering(async () => ({ assignment: await told7({ totem: 'TT-0002' }) })) }),
  ],
  [
    'an assignment of last week',
    'assignment-unsigned',
    () => ({ client: answering(async () => ({ assignment: await told7({ until: new Date(0).toISOString() }) })) }),
  ],
  [
    'an assignment by a stranger',
    'assignment-unsigned',
    () => ({
      client: answering(async () => ({
        assignment: await signList(
          { totem: 'TT-0001', number: 7, from: soon(), until: soon() },
          stranger.private,
          ASSIGNMENT_TYP,
        ),
      })),
    }),
  ],
  [
    'the list in place of an assignment',
    'assignment-unsigned',
    () => ({ client: answering(({ list }) => ({ assignment: list })) }),
  ],
  [
    'a release that nobody signed',
    'release-unlisted',
    () => ({ client: answering(async () => ({ assignment: await told7({ number: 6 }) })) }),
  ],
  [
    'a release for other hardware',
    'other-machine',
    () => ({ client: answering(async () => ({ assignment: await told7({ number: 8 }) })) }),
  ],
  ['no room', 'no-room', { room: () => false }],
])('refused by name, and nothing is fetched: %s', async (_name, reason, more) => {
  await meets(typeof more === 'function' ? more() : more)
  expect(told).toContainEqual(['update.refused', expect.objectContaining({ reason })])
  expect(told.map(([event]) => event)).not.toContain('update.fetched')
  expect(readdirSync(join(data, 'ready'))).toEqual([])
})

test('a system is fetched by a machine that has a place for it, and by no other', async () => {
  const list = await listOf(9, [release(7, { kind: 'system' })])
  const client = answering(() => ({ list }))
  const { next } = await meets({ client, takesSystems: false })
  expect(told).toEqual([['update.refused', { reason: 'no-second-system', release: 7 }]])
  expect(next()).toEqual({ number: 7, state: 'refused', reason: 'no-second-system' })
  expect(readdirSync(join(data, 'ready'))).toEqual([])
  await updater?.stop()
  await meets({ client })
  expect(ready().equals(bundle)).toBe(true)
})

test('an old release is signed too: a totem never goes below what it has confirmed', async () => {
  await meets({ programs: () => ({ running: 9, highest: 9, failed: new Map() }) })
  expect(told).toEqual([['update.refused', { reason: 'downgrade', release: 7 }]])
})

test('a release that may not replace what runs waits for the one between', async () => {
  const list = await listOf(9, [release(7, { over: 5 })])
  await meets({ client: answering(() => ({ list })) })
  expect(told).toEqual([['update.refused', { reason: 'step-missing', release: 7 }]])
})

test('a list that was seen before does not come back; a withheld one is told, and the totem goes on', async () => {
  const newer = await listOf(5, [release(7)])
  await meets({ client: answering(() => ({ list: newer })) })
  await updater?.stop()
  told.length = 0
  await meets({
    now: () => Date.now() + 20 * DAY_MS,
    client: answering(async () => ({
      assignment: await told7({ number: null, until: new Date(Date.now() + 30 * DAY_MS).toISOString() }),
    })),
  })
  expect(told).toEqual([
    ['update.refused', { reason: 'list-older', release: 0 }],
    ['update.stale', { days: 6 }],
  ])
})

test('a release that was thrown out here is not fetched again, and the heartbeat says why', async () => {
  const { next } = await meets({ programs: () => ({ running: 0, highest: 0, failed: new Map([[7, 'watchdog']]) }) })
  expect([told, next()]).toEqual([[], { number: 7, state: 'rolled-back', reason: null }])
})

test('a stopped release is fetched by nobody', async () => {
  await order({ order: 'stop', number: 7 })
  const { next } = await meets()
  expect([told, next()]).toEqual([[], null])
  expect(await order({ order: 'lift', number: 7 })).toEqual({ done: true })
  expect(await order({ order: 'begin', number: 6, urgent: true })).toMatchObject({ kind: 'request-malformed' })
})

test.each<[string, string | undefined, ReturnType<typeof rangeIn>]>([
  ['no range', undefined, null],
  ['several ranges', 'bytes=0-1,3-4', null],
  ['the last bytes', 'bytes=-5', null],
  ['from a byte on', 'bytes=5-', null],
  ['beyond the end', 'bytes=100-105', null],
  ['over the end', 'bytes=90-105', { from: 90, to: 99 }],
  ['one byte', 'bytes=99-99', { from: 99, to: 99 }],
  ['turned round', 'bytes=9-3', null],
  ['a number beyond all files', `bytes=0-${'9'.repeat(30)}`, null],
])('a range of a file of 100 bytes: %s', (_name, header, range) => {
  expect(rangeIn(header, 100)).toEqual(range)
})

test('the gateway hands out no whole file and no longer range, to totems alone', async () => {
  expect(rangeIn(`bytes=0-${5 * 1_048_576}`, 10_000_000)).toBeNull()
  const totem = new TotemClient(centre.gateway.url, 'TT-0001')
  expect((await totem.get(`/v1/releases/${sha256}`)).status).toBe(416)
  await totem.close()
})

test('a file that is not listed, or not whole, is not there', async () => {
  const other = 'ab'.repeat(32)
  writeFileSync(file(`files/${other}`), 'x')
  expect(await client.releaseRange(other, 0, 0)).toEqual(err({ kind: 'answer-malformed' }))
  expect(await client.releaseRange('../releases.jws', 0, 0)).toEqual(err({ kind: 'answer-malformed' }))
})
