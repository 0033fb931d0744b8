import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactVerify, importJWK } from 'jose'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import { JOURNAL_ANCHOR_TYP } from '../../contract/journal.ts'
import { type GatewayConfig, startGateway } from '../../gateway/index.ts'
import { type Keyring, openKeyring } from '../../gateway/keys/keyring.ts'
import { listed, signGatewayKeys } from '../../simulator/pki/gateway-keys.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { anprAway } from '../support/gateway/anpr-away.ts'

const NOW = new Date('2026-11-22T10:00:00Z')
const inDays = (days: number) => new Date(+NOW + days * DAY_MS).toISOString()
const [signer, older, current, next, anchor, nextAnchor] = await Promise.all([
  jwkPair('sig'),
  jwkPair('enc'),
  jwkPair('enc'),
  jwkPair('enc'),
  jwkPair('sig'),
  jwkPair('sig'),
])
type Pair = typeof older

const list = (change: Partial<GatewayKeys> = {}): GatewayKeys => ({
  sequence: 1,
  issued: inDays(-20),
  nextUpdate: inDays(90),
  sealing: [
    { from: inDays(-100), key: listed(older.public) },
    { from: inDays(-10), key: listed(current.public) },
  ],
  anchor: [listed(anchor.public)],
  ...change,
})

let dir: string
let logged: { kind: string; kid?: string }[]
let open: Keyring[]
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'totem-keyring-'))
  mkdirSync(join(dir, 'keys'))
  logged = []
  open = []
})
afterEach(async () => {
  for (const keyring of open) await keyring.stop()
  rmSync(dir, { recursive: true })
})

const secret = (name: string, content: string) => writeFileSync(join(dir, name), content, { mode: 0o600 })
const put = (name: string, pair: Pair) => secret(`keys/${name}.jwk.json`, JSON.stringify(pair.private))
const publish = async (content: GatewayKeys, by = signer) =>
  writeFileSync(join(dir, 'list.jws'), await signGatewayKeys(content, by.private))
const start = async () => {
  writeFileSync(join(dir, 'signer.json'), JSON.stringify(signer.public))
  const log = pino({}, { write: (line: string) => logged.push(JSON.parse(line)) })
  const config = { folder: join(dir, 'keys'), list: join(dir, 'list.jws'), listKey: join(dir, 'signer.json') }
  const keyring = await openKeyring(config, { now: () => NOW, log })
  if (keyring.ok) open.push(keyring.value)
  return keyring
}
async function running(): Promise<Keyring> {
  put('older', older)
  put('current', current)
  put('anchor', anchor)
  await publish(list())
  const keyring = await start()
  if (!keyring.ok) throw new Error(keyring.error.kind)
  return keyring.value
}
const kids = ({ sealing }: Keyring) => [...sealing.keys()].sort()
const kidsOf = (...pairs: Pair[]) => pairs.map((pair) => pair.public.kid).sort()

test('every listed key opens requests, and the anchor key signs', async () => {
  const keyring = await running()
  expect(kids(keyring)).toEqual(kidsOf(older, current))
  const jws = await keyring.sign(JOURNAL_ANCHOR_TYP, { seq: 7 })
  const { payload, protectedHeader } = await compactVerify(jws, await importJWK(anchor.public, 'ES256'))
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ seq: 7 })
  expect(protectedHeader).toEqual({ alg: 'ES256', kid: anchor.public.kid, typ: JOURNAL_ANCHOR_TYP })
  expect(logged).toEqual([])
})

test('rotation without a restart: first the key, then the list; requests sealed to the former key still open', async () => {
  const keyring = await running()
  const map = keyring.sealing
  const was = keyring.list
  put('next', next)
  put('next-anchor', nextAnchor)
  await keyring.look()
  expect([kids(keyring), keyring.list]).toEqual([kidsOf(older, current), was])

  const sealing = [...list().sealing, { from: inDays(7), key: listed(next.public) }]
  await publish(list({ sequence: 2, sealing, anchor: [listed(anchor.public), listed(nextAnchor.public)] }))
  await keyring.look()
  expect(kids(keyring)).toEqual(kidsOf(older, current, next))
  expect(keyring.list).not.toBe(was)
  expect(keyring.sealing).toBe(map)
  const { protectedHeader } = await compactVerify(
    await keyring.sign(JOURNAL_ANCHOR_TYP, {}),
    await importJWK(nextAnchor.public, 'ES256'),
  )
  expect(protectedHeader.kid).toBe(nextAnchor.public.kid)
  expect(logged).toMatchObject([{ kind: 'keys-taken' }])
})

test('a key that was withdrawn opens nothing any more', async () => {
  const keyring = await running()
  await publish(list({ sequence: 2, sealing: [{ from: inDays(-10), key: listed(current.public) }] }))
  await keyring.look()
  expect(kids(keyring)).toEqual(kidsOf(current))
})

describe('the keys in force stay when', () => {
  test.each<[string, string, () => Promise<void> | void]>([
    [
      'the list names a key to seal to that nobody could open',
      'sealing-key-missing',
      () => publish(list({ sequence: 2, sealing: [...list().sealing, { from: inDays(7), key: listed(next.public) }] })),
    ],
    ['the list is older', 'keys-not-newer', () => publish(list({ sequence: 1, issued: inDays(0) }))],
    ['the list is another signer’s', 'gateway-keys-unsigned', () => publish(list({ sequence: 2 }), nextAnchor)],
    ['the list is gone', 'keys-unreadable', () => rmSync(join(dir, 'list.jws'))],
    ['a key is half copied', 'key-malformed', () => secret('keys/next.jwk.json', '{"kty":')],
    ['a key may be read by others', 'key-open-to-others', () => chmodSync(join(dir, 'keys/current.jwk.json'), 0o640)],
    ['the anchor key is gone', 'anchor-key-missing', () => rmSync(join(dir, 'keys/anchor.jwk.json'))],
  ])('%s', async (_, kind, change) => {
    const keyring = await running()
    const was = keyring.list
    await change()
    await keyring.look()
    expect(logged).toMatchObject([{ kind }])
    expect([kids(keyring), keyring.list]).toEqual([kidsOf(older, current), was])
    expect(await keyring.sign(JOURNAL_ANCHOR_TYP, {})).toContain('.')
  })
})

describe('the gateway does not start when', () => {
  test.each<[string, string, () => Promise<void> | void]>([
    ['the key in force is not there', 'sealing-key-missing', () => rmSync(join(dir, 'keys/current.jwk.json'))],
    ['a key bears its name and is another', 'sealing-key-missing', () => putAs(current.public.kid)],
    ['it is there for another use', 'sealing-key-missing', () => putAs(current.public.kid, 'sig')],
    ['there is no anchor key', 'anchor-key-missing', () => rmSync(join(dir, 'keys/anchor.jwk.json'))],
    ['a key is a public one', 'key-malformed', () => writePublic()],
    ['a key may be read by others', 'key-open-to-others', () => chmodSync(join(dir, 'keys/older.jwk.json'), 0o604)],
    ['there is no list', 'keys-unreadable', () => rmSync(join(dir, 'list.jws'))],
    ['there is no folder', 'keys-unreadable', () => rmSync(join(dir, 'keys'), { recursive: true })],
  ])('%s', async (_, kind, change) => {
    put('older', older)
    put('current', current)
    put('anchor', anchor)
    await publish(list())
    await change()
    expect(await start()).toEqual({ ok: false, error: { kind } })
  })
  const putAs = (kid: string, use = 'enc') =>
    writeFileSync(join(dir, 'keys/current.jwk.json'), JSON.stringify({ ...next.private, kid, use }))
  const writePublic = () => writeFileSync(join(dir, 'keys/older.jwk.json'), JSON.stringify(older.public))
})

describe('other secrets that may be read by others:', () => {
  const config = (): GatewayConfig => ({
    listen: { host: '127.0.0.1', port: 0 },
    operator: { host: '127.0.0.1', port: 0, tokens: join(dir, 'operators') },
    tls: { key: join(dir, 'tls.key'), certificate: join(dir, 'cert'), clientCa: join(dir, 'ca') },
    dataDir: dir,
    databaseUrl: null,
    trust: {
      list: join(dir, 'list.jws'),
      listKey: join(dir, 'signer.json'),
      crls: join(dir, 'crls'),
      crlHosts: [],
      revocation: { maxAgeHours: 1, whenUnknown: 'refuse' },
    },
    anpr: anprAway(join(dir, 'pdnd.key.pem')),
    keys: { folder: join(dir, 'keys'), list: join(dir, 'list.jws') },
    totems: dir,
  })
  test('with its TLS key the gateway does not start', async () => {
    for (const file of ['tls.key', 'cert', 'ca']) secret(file, 'x')
    secret('operators', `m.verdi write ${'0'.repeat(64)}\n`)
    chmodSync(join(dir, 'tls.key'), 0o644)
    await expect(startGateway(config())).rejects.toThrow('tls.key can be read by others')
  })
})

test('an older key that is lost is told, and the gateway runs without it', async () => {
  await running()
  rmSync(join(dir, 'keys/older.jwk.json'))
  const keyring = await start()
  expect(keyring).toMatchObject({ ok: true })
  expect(logged).toMatchObject([{ kind: 'sealing-key-missing', kid: older.public.kid }])
})
