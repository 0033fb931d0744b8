import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { authority, days, tlsPair } from '../../test/support/tls/issue-tls.ts'
import { watchIdentity } from './identity-watch.ts'
import { readIdentity, type TlsIdentity } from './tls-identity.ts'

let dir: string
let ca: Awaited<ReturnType<typeof authority>>
let now: number
let config: Pick<TotemConfig, 'totem' | 'gateway' | 'keyProtection'>
const told: object[] = []
const taken: TlsIdentity[] = []

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'identity-'))
  ca = await authority()
  now = Date.now()
  told.length = 0
  taken.length = 0
  const file = (name: string) => join(dir, name)
  config = {
    totem: 'TT-0001',
    keyProtection: { kind: 'file' },
    gateway: { url: 'https://g', ca: file('ca'), certificate: file('cert'), key: file('key'), keys: file('keys') },
  }
  writeFileSync(config.gateway.ca, ca.certificate.toString('pem'))
})
afterEach(() => rmSync(dir, { recursive: true }))

type Pair = Awaited<ReturnType<typeof tlsPair>>
function write(pair: Partial<Pair>): void {
  if (pair.certificate !== undefined) writeFileSync(config.gateway.certificate, pair.certificate)
  if (pair.key === undefined) return
  writeFileSync(config.gateway.key, pair.key)
  chmodSync(config.gateway.key, 0o600)
}
async function watching(pair: Pair) {
  write(pair)
  const first = await readIdentity(config, pair.key)
  if (!first.ok) throw new Error(first.error.kind)
  const watch = watchIdentity(config as TotemConfig, {
    first: first.value,
    take: (identity) => void taken.push(identity),
    journal: { record: (event, fields) => void told.push({ event, ...fields }) },
    now: () => new Date(now),
  })
  await watch.look()
  return watch
}

test('a new certificate with its key is taken when both are there, and not one without the other', async () => {
  const watch = await watching(await tlsPair(ca, 'TT-0001'))
  expect([told, taken]).toEqual([[], []])
  const next = await tlsPair(ca, 'TT-0001', days(1, 365))
  write({ certificate: next.certificate })
  await watch.look()
  await watch.look()
  expect(told).toEqual([{ event: 'certificate.refused', reason: 'certificate-other-key' }])
  write({ key: next.key })
  await watch.look()
  expect(told.at(-1)).toMatchObject({ event: 'certificate.updated', ends: watch.identity.ends.toISOString() })
  expect(taken).toMatchObject([{ certificate: next.certificate, key: next.key }])
  expect(+watch.identity.ends - now).toBeGreaterThan(364 * DAY_MS)
})

test("another totem's certificate changes nothing", async () => {
  const watch = await watching(await tlsPair(ca, 'TT-0001'))
  write(await tlsPair(ca, 'TT-0002'))
  await watch.look()
  expect(told).toEqual([{ event: 'certificate.refused', reason: 'certificate-other-totem' }])
  expect(taken).toEqual([])
})

test('an end that comes near is told once a day, and that it has come', async () => {
  const watch = await watching(await tlsPair(ca, 'TT-0001', days(300, 31)))
  const days31 = told.length
  for (let hours = 0; hours < 48; hours++) {
    now += DAY_MS / 24
    await watch.look()
  }
  now += 40 * DAY_MS
  await watch.look()
  expect(days31).toBe(0)
  expect(told).toMatchObject([
    { event: 'certificate.ending', days: 29 },
    { event: 'certificate.ending', days: 28 },
    { event: 'certificate.invalid', reason: 'expired' },
  ])
})

test.each<[string, () => Promise<unknown>, string]>([
  ['no certificate', async () => rmSync(config.gateway.certificate), 'certificate-unreadable'],
  ['a text in its place', async () => write({ certificate: 'TT-0001' }), 'certificate-unreadable'],
  [
    'a broken one',
    async () => write({ certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }),
    'certificate-unreadable',
  ],
  [
    "another totem's",
    async () => write({ certificate: (await tlsPair(ca, 'TT-0002')).certificate }),
    'certificate-other-totem',
  ],
  [
    'one without a name',
    async () => write({ certificate: (await tlsPair(ca, '')).certificate }),
    'certificate-other-totem',
  ],
  [
    "another key's",
    async () => write({ certificate: (await tlsPair(ca, 'TT-0001')).certificate }),
    'certificate-other-key',
  ],
  ['no authority', async () => rmSync(config.gateway.ca), 'authority-unreadable'],
])('%s: such a totem has no identity', async (_, spoil, kind) => {
  const pair = await tlsPair(ca, 'TT-0001')
  write(pair)
  await spoil()
  expect(await readIdentity(config, pair.key)).toMatchObject({ ok: false, error: { kind, file: expect.any(String) } })
})
