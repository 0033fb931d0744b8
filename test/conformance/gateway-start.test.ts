import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { GatewayConfig } from '../../gateway/index.ts'
import { openStore } from '../../gateway/store/database.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { anprAway } from '../support/gateway/anpr-away.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { PKI } from '../support/pki.ts'

// `node gateway/index.ts` as an operator starts it, with one file damaged.

const GATEWAY = fileURLToPath(new URL('../../gateway/index.ts', import.meta.url))
const FILES = [
  'operators',
  'operator-token',
  'gateway.key.pem',
  'gateway.cert.pem',
  'totem-ca.pem',
  'trust-list.jws',
  'trust-list.pub.jwk.json',
  'gateway-keys.jws',
]

let dir: string
beforeAll(() => makePki(PKI))
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gateway-start-'))
  for (const name of FILES) copyFileSync(join(PKI, name), join(dir, name))
  cpSync(join(PKI, 'gateway-keys'), join(dir, 'gateway-keys'), { recursive: true })
  mkdirSync(join(dir, 'totems'))
  configured({})
})
afterEach(() => rmSync(dir, { recursive: true }))

const file = (name: string) => join(dir, name)
const put = (name: string, content: string, mode = 0o600) => writeFileSync(file(name), content, { mode })

/** A configuration with which a gateway starts, except for `harm`. */
function configured(harm: Record<string, unknown>): void {
  const tls = { key: file('gateway.key.pem'), certificate: file('gateway.cert.pem') }
  const config: Omit<GatewayConfig, 'databaseUrl'> = {
    listen: { host: '127.0.0.1', port: 0 },
    operator: { host: '127.0.0.1', port: 0, tokens: file('operators') },
    tls: { ...tls, clientCa: file('totem-ca.pem') },
    dataDir: file('data'),
    trust: {
      list: file('trust-list.jws'),
      listKey: file('trust-list.pub.jwk.json'),
      crls: file('crls'),
      crlHosts: [],
      revocation: { maxAgeHours: 72, whenUnknown: 'refuse' },
    },
    anpr: anprAway(file('pdnd.key.pem')),
    keys: { folder: file('gateway-keys'), list: file('gateway-keys.jws') },
    totems: file('totems'),
  }
  put('gateway.json', JSON.stringify({ ...config, ...harm }))
}

function started(config = file('gateway.json'), more: Record<string, string> = {}): ChildProcess {
  const { DATABASE_URL: _, ...env } = process.env
  return spawn(process.execPath, [GATEWAY], {
    env: { ...env, ...more, GATEWAY_CONFIG: config },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Waits for its end; answers its output and its exit code. */
async function refused(...how: Parameters<typeof started>) {
  const child = started(...how)
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('no pipes')
  const [out, said, [code]] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')])
  expect(out).toBe('')
  expect(said).toMatch(/^[^\n]+\n$/)
  return { code, said: said.trim() }
}

test('with sound files the gateway starts', async () => {
  const child = started()
  if (!child.stdout) throw new Error('no pipe')
  const [line] = await once(createInterface(child.stdout), 'line')
  child.kill('SIGTERM')
  expect(JSON.parse(line)).toMatchObject({ listening: expect.stringMatching(/^https:/) })
  expect(await once(child, 'exit')).toEqual([0, null])
})

describe('its own file:', () => {
  test('is not there', async () => {
    const { code, said } = await refused(file('none.json'))
    expect(code).toBe(66)
    expect(said).toContain(`GATEWAY_CONFIG: there is no ${file('none.json')}: `)
  })
  test('cannot be read', async () => {
    expect(await refused(dir)).toMatchObject({
      code: 66,
      said: expect.stringContaining(`${dir} cannot be read (EISDIR)`),
    })
  })
  test('is a key, or cut short: the message shows nothing of it', async () => {
    copyFileSync(file('operator-token'), file('gateway.json'))
    const { code, said } = await refused()
    expect({ code, said }).toEqual({
      code: 78,
      said: `GATEWAY_CONFIG: ${file('gateway.json')} is not JSON: gateway/settings/config.ts says what stands in it`,
    })
  })
  test('holds an unknown setting, or lacks one', async () => {
    // The single token of an earlier version is one of them.
    const operator = { host: '127.0.0.1', port: 0, token: file('operator-token') }
    configured({
      anpr: { pdnd: { services: { C021: { url: 'http://nowhere.example' } } } },
      dataDir: undefined,
      tsl: {},
      operator,
    })
    const { code, said } = await refused()
    expect(code).toBe(78)
    for (const setting of [
      'anpr.pdnd.services.C021.url: https',
      'anpr.pdnd.key: ',
      'anpr.pdnd.clientId: ',
      'dataDir: ',
      '"tsl"',
      'operator.tokens: ',
      '"token"',
    ])
      expect(said).toContain(setting)
    expect(said).not.toContain('nowhere')
  })
})

const named: [string, string][] = [
  ['tls.key', 'gateway.key.pem'],
  ['tls.certificate', 'gateway.cert.pem'],
  ['tls.clientCa', 'totem-ca.pem'],
  ['operator.tokens', 'operators'],
  ['anpr.pdnd.key', 'pdnd.key.pem'],
  ['trust.list', 'trust-list.jws'],
  ['trust.listKey', 'trust-list.pub.jwk.json'],
  ['keys.list', 'gateway-keys.jws'],
  ['keys.folder', 'gateway-keys'],
  ['totems', 'totems'],
]
test.each(named)('what %s names is not there', async (setting, name) => {
  rmSync(file(name), { recursive: true })
  const { code, said } = await refused()
  expect(code).toBe(66)
  expect(said).toMatch(`${setting}: there is no ${file(name)}: name a `)
})

test.each<[string, number, string, () => void]>([
  ['a folder is in the place of the operators', 66, 'operator.tokens: ', () => swapForFolder('operators')],
  ['a file is in the place of the keys', 66, 'keys.folder: ', () => swapForFile('gateway-keys')],
  ['others may read the TLS key', 78, 'tls.key: ', () => chmodSync(file('gateway.key.pem'), 0o644)],
  [
    'the certificate is of another key',
    78,
    'tls: ',
    () => copyFileSync(file('totem-ca.pem'), file('gateway.cert.pem')),
  ],
  ['the trust list is nobody’s', 78, 'trust-list-unsigned', () => put('trust-list.jws', 'e30.e30.e30')],
  ['the key of the trust list is no JSON', 78, 'trust.listKey: ', () => put('trust-list.pub.jwk.json', '{')],
  ['one of the keys is gone', 78, 'key-missing', () => rmSync(file('gateway-keys/anchor.jwk.json'))],
  ['a file is where the database would be', 73, 'dataDir: ', () => put('data', '')],
  ['no folder for the access log’s key', 73, 'accessLogKey: ', () => configured({ accessLogKey: file('no/key') })],
  ['no page that verifies', 66, 'public.page: ', () => configured({ public: publicPage() })],
])('%s', async (_, code, said, harm) => {
  harm()
  expect(await refused()).toMatchObject({ code, said: expect.stringContaining(said) })
})

test('nobody answers at DATABASE_URL: the message says so without the password', async () => {
  const { code, said } = await refused(undefined, { DATABASE_URL: 'postgresql://totem:geheim@127.0.0.1:9/totem' })
  expect(code).toBe(75)
  expect(said).toMatch(/^DATABASE_URL: .*ECONNREFUSED/)
  expect(said).not.toContain('geheim')
})

describe('a PostgreSQL that it cannot use:', () => {
  let postgres: Postgres
  let database: pg.Client
  beforeAll(async () => {
    postgres = await startPostgres()
    // As a gateway has left it.
    const store = await openStore({ databaseUrl: postgres.url, dataDir: '' }, pino({ enabled: false }))
    await store.close()
    database = new pg.Client(postgres.url)
    await database.connect()
  })
  afterAll(async () => {
    await database?.end()
    await postgres?.stop()
  })

  test('another key named the persons in its access log', async () => {
    await database.query("insert into access_log_key (check_value) values ('x')")
    put('other.key', Buffer.alloc(32, 1).toString('base64url'))
    configured({ accessLogKey: file('other.key') })
    expect(await refused(undefined, { DATABASE_URL: postgres.url })).toEqual({
      code: 78,
      said: expect.stringMatching(/^accessLogKey: .*other.key is not the key/),
    })
  })
  test('a newer gateway has migrated it', async () => {
    await database.query("insert into kysely_migration values ('999-future', '')")
    expect(await refused(undefined, { DATABASE_URL: postgres.url })).toEqual({
      code: 78,
      said: expect.stringMatching(/^DATABASE_URL: the database is of a newer version/),
    })
  })
  test('what answers there is none', async () => {
    const other = createServer((socket) => socket.write('R\0\0\0\u0008\u0001\0\0\0')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, said } = await refused(undefined, { DATABASE_URL: `postgresql://u:geheim@127.0.0.1:${port}/x` })
    other.close()
    expect({ code, said }).toEqual({ code: 78, said: 'DATABASE_URL: what answers there is no PostgreSQL' })
  })
})

test('an environment that switches off the check of certificates', async () => {
  const { code, said } = await refused(undefined, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })
  expect({ code, said }).toEqual({ code: 78, said: expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED: /) })
})

test('the files of the embedded database are broken', async () => {
  mkdirSync(join(file('data'), 'database'), { recursive: true })
  writeFileSync(join(file('data'), 'database/PG_VERSION'), 'x')
  const { code, said } = await refused()
  expect({ code, said }).toEqual({ code: 78, said: expect.stringMatching(/^dataDir: .* cannot be opened/) })
})

test('another program listens at its address', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  configured({ listen: { host: '127.0.0.1', port } })
  const { code, said } = await refused()
  other.close()
  expect(code).toBe(78)
  expect(said).toContain(`listen: nobody can listen at 127.0.0.1:${port} (EADDRINUSE)`)
})

function swapForFolder(name: string): void {
  rmSync(file(name))
  mkdirSync(file(name), { mode: 0o700 })
}
function swapForFile(name: string): void {
  rmSync(file(name), { recursive: true })
  put(name, '')
}
const publicPage = () => ({
  host: '127.0.0.1',
  port: 0,
  tls: { key: file('gateway.key.pem'), certificate: file('gateway.cert.pem') },
  page: file('no-page.html'),
  keysSigner: file('trust-list.pub.jwk.json'),
})
