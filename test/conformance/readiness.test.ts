import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import { TRIALS } from '../../contract/readiness.ts'
import { tryClock } from '../../main/readiness/clock.ts'
import { tryNetwork } from '../../main/readiness/network.ts'
import { complete } from '../../main/readiness/rows.ts'
import { sheetsIn } from '../../main/readiness/sheet.ts'
import { tryTrust } from '../../main/readiness/trust.ts'
import { startBench } from '../../simulator/bench/bench.ts'
import type { Bench } from '../../simulator/bench/office.ts'
import { migratedDatabase } from '../support/gateway/database.ts'
import { authority, days, tlsPair } from '../support/tls/issue-tls.ts'

// `totem print readiness` on a whole office, as a technician runs it before handing the totem over.
const TOTEM = fileURLToPath(new URL('../../commands/totem.mjs', import.meta.url))
let bench: Bench
beforeAll(async () => {
  bench = await startBench({ printerBytesPerSecond: 2_000_000, database: await migratedDatabase() })
})
const folders: string[] = []
afterAll(async () => {
  await bench?.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'readiness-'))
  folders.push(folder)
  return folder
}
function publicJwk(): string {
  const file = join(newFolder(), 'key.jwk.json')
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(file, JSON.stringify(publicKey.export({ format: 'jwk' })))
  return file
}
/** A folder with a new key for outcomes, and the one that the gateway has, if `own`. */
function outcomeKeys({ own }: { own: boolean }): string {
  const folder = newFolder()
  const put = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content, { mode: 0o600 })
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  put('new.jwk.json', JSON.stringify({ ...key, kid: 'new', iat: Math.floor(Date.now() / 1_000) }))
  const { outcomeKeys: held } = bench.totem.config
  if (own) for (const name of readdirSync(held)) put(name, readFileSync(join(held, name)))
  return folder
}
function damagedQueue(): string {
  const folder = newFolder()
  writeFileSync(join(folder, 'queue.db'), Buffer.alloc(8_192, 7))
  return folder
}

interface Told {
  code: number
  stdout: string
  stderr: string
}
const run = (...args: string[]): Promise<Told> =>
  new Promise((resolve) => {
    const child = execFile(TOTEM, args, (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }))
  })
const readiness = (...args: string[]) => run('print', 'readiness', '--config', bench.totem.configFile, ...args)
const outcomes = ({ stdout }: Told, by: 'name' | 'key' = 'key'): Record<string, string> =>
  Object.fromEntries(
    JSON.parse(stdout).checks.map((check: Record<string, string>) => [check[by], `${check.outcome} ${check.detail}`]),
  )
/** The report of a totem with this configuration; every row is there, whatever fails. */
async function readinessOf(changes: object, ...args: string[]) {
  const { configFile, config } = bench.totem
  const before = readFileSync(configFile)
  writeFileSync(configFile, JSON.stringify({ ...config, ...changes }))
  const told = await readiness('--json', ...args)
  writeFileSync(configFile, before)
  expect(Object.keys(outcomes(told))).toEqual(Object.keys(TRIALS))
  return { code: told.code, kind: JSON.parse(told.stdout).kind, rows: outcomes(told), answer: JSON.parse(told.stdout) }
}

test('a complete totem: everything is tried, and the report is one sheet of paper', async () => {
  const told = await readiness('--json', '--lang', 'en')
  expect(told).toMatchObject({ code: 0, stderr: '' })
  expect(outcomes(told, 'name')).toMatchObject({
    'Device process': 'ok –',
    'Card service (PC/SC)': 'ok running',
    "Totem's certificate": expect.stringMatching(/^ok ends \d{4}-/),
    "Gateway's authority": expect.stringMatching(/^ok ends \d{4}-/),
    "Gateway's keys": expect.stringMatching(/^ok 1, ends \d{4}-\d\d-\d\d$/),
    'Revocations (CRLs)': expect.stringMatching(/^ok (\d+) of \1 issuers fresh, oldest \d+ h$/),
    'Verification code': expect.stringMatching(/^ok \S+$/),
    'Queue of requests': 'ok –',
    'Card reader': 'ok empty',
    'Key for the CIE': 'ok ready',
    Printer: 'ok a4-kiosk: ready',
    'Private keys': 'ok file',
    Gateway: expect.stringMatching(/^ok /),
    Clock: expect.stringMatching(/^ok ± \d s/),
    'Trust list': expect.stringMatching(/^ok \d+ CA/),
    'Key for outcomes': 'ok the gateway has the newest',
    'Second language': 'ok –',
  })
  expect(JSON.parse(told.stdout)).toMatchObject({
    ...{ kind: 'ready', printed: true, queue: { waiting: 0, oldest: null }, lastSync: null },
  })
  // The totem that starts next tells operators.
  expect(await sheetsIn(bench.totem.config.dataDir).newest()).toMatchObject({
    ...{ by: 'command-line', grant: null },
    checks: JSON.parse(told.stdout).checks.map(({ key, outcome }: { key: string; outcome: string }) => ({
      key,
      outcome,
    })),
  })
  await bench.printer.settled()
  expect(bench.printer.sheets.map(({ kind }) => kind)).toEqual(['whole'])
})

test('the line is down, a key is missing, the territory’s language is not set: each has its line', async () => {
  const office = { ...bench.totem.config.office, comune: 'Sluderno', province: 'BZ' }
  const challenge = { challenge: Buffer.alloc(32).toString('base64'), at: Date.now() }
  const dataDir = newFolder()
  writeFileSync(join(dataDir, 'challenge.json'), JSON.stringify(challenge))
  bench.line.cut()
  const told = await readinessOf({ office, cie: { externalKey: '/none' }, verification: null, dataDir })
  const never = await tryNetwork({ ...bench.totem.config, dataDir: newFolder() }, 'en', new Date())
  bench.line.up()
  expect(never.checks.find(({ key }) => key === 'gateway')).toMatchObject({
    outcome: 'failed',
    detail: expect.stringContaining('never-online'),
  })
  expect(told).toMatchObject({ code: 30, kind: 'not-ready', answer: { printed: true } })
  expect(told.rows).toMatchObject({
    cie: 'failed key-refused',
    gateway: expect.stringMatching(/^attention line-down E\w+: ./),
    code: 'attention not-configured',
    language: 'attention –, not de',
  })
})

describe('a totem whose log-ins would be refused is not ready', () => {
  const rows: [string, () => object, Record<string, RegExp>][] = [
    [
      'no CRL, and the policy refuses',
      () => ({ dataDir: newFolder() }),
      { trust: /^ok/, revocation: /^failed 0 enti su \d+ con CRL recente$/ },
    ],
    [
      'CRLs that are too old for the policy',
      () => ({ trust: { ...bench.totem.config.trust, revocation: { maxAgeHours: 0.000_001, whenUnknown: 'refuse' } } }),
      { revocation: /^failed 0 enti su \d+ con CRL recente, la più vecchia di \d+ h$/ },
    ],
    [
      'no trust list',
      () => ({ trust: { ...bench.totem.config.trust, list: '/none' } }),
      { trust: /^failed list-unreadable/, revocation: /^not-tried/ },
    ],
    [
      'a list that another key has signed',
      () => ({ trust: { ...bench.totem.config.trust, listKey: publicJwk() } }),
      { trust: /^failed trust-list-unsigned/, 'gateway-keys': /^failed gateway-keys-unsigned/ },
    ],
    [
      'no list key',
      () => ({ trust: { ...bench.totem.config.trust, listKey: '/none' } }),
      { trust: /^failed list-key-unreadable/, revocation: /^not-tried/ },
    ],
    ['the bench’s issuers and cards on a totem', () => ({ bench: null }), { trust: /^failed authorities-for-tests/ }],
    ["another totem's identity", () => ({ totem: 'TT-8888' }), { certificate: /^failed certificate-other-totem \// }],
    [
      'a certificate that is not there',
      () => ({ gateway: { ...bench.totem.config.gateway, certificate: '/none' } }),
      { certificate: /^failed certificate-unreadable \/none/, gateway: /^not-tried/ },
    ],
    [
      'a gateway’s authority that is not there',
      () => ({ gateway: { ...bench.totem.config.gateway, ca: '/none' } }),
      { authority: /^failed authority-unreadable \/none/, gateway: /^not-tried/ },
    ],
    [
      'another authority than the gateway’s',
      () => ({ gateway: { ...bench.totem.config.gateway, ca: bench.totem.config.gateway.certificate } }),
      { gateway: /^failed line-down \w+: chi risponde ha un certificato di un’altra autorità/ },
    ],
    [
      'no key for outcomes',
      () => ({ outcomeKeys: newFolder() }),
      { keys: /^failed key-missing \//, code: /^ok/, gateway: /^ok/, clock: /^ok/ },
    ],
    [
      'a gateway that seals to a key which is not here',
      () => ({ outcomeKeys: outcomeKeys({ own: false }) }),
      { keys: /^ok/, 'outcome-key': /^failed [\w-]+: il gateway usa una chiave che questo totem non ha/ },
    ],
    [
      'a gateway that seals to an older key',
      () => ({ outcomeKeys: outcomeKeys({ own: true }) }),
      { keys: /^ok/, 'outcome-key': /^attention [\w-]+: il gateway usa ancora una chiave precedente/ },
    ],
    [
      'a key for codes that is not there',
      () => ({ verification: { key: '/none.jwk.json' } }),
      { keys: /^failed key-missing \/none/, code: /^failed key-missing \/none/, clock: /^ok/ },
    ],
  ]
  test.each(rows)('%s', async (_, changes, expected) => {
    const config = { ...bench.totem.config, ...changes() }
    const [now, network, trust] = [
      new Date(),
      await tryNetwork(config, 'it', new Date()),
      await tryTrust(config, 'it', new Date()),
    ]
    const clock = { key: 'clock', ...tryClock(network.clockOffMs, network.tlsCode, network.traces, now) } as const
    const told = Object.fromEntries(
      complete([...network.checks, ...trust.checks, clock]).map(({ key, outcome, detail }) => [
        key,
        `${outcome} ${detail}`,
      ]),
    )
    for (const [key, row] of Object.entries(expected)) expect(told[key]).toMatch(row)
  })
  test('the report as a whole says so', async () => {
    const told = await readinessOf({ totem: 'TT-8888', cie: null, dataDir: damagedQueue() })
    expect(told).toMatchObject({ code: 30, kind: 'not-ready' })
    expect(told.rows).toMatchObject({
      certificate: expect.stringMatching(/^failed certificate-other-totem/),
      cie: 'failed not-configured',
      queue: expect.stringMatching(/^failed storage/),
      printer: 'ok a4-kiosk: ready',
    })
  })
})

test.each<[string, [before: number, after: number], RegExp]>([
  ['ends in 31 days', [10, 31], /^ok scade il /],
  ['ends in 29 days', [10, 29], /^attention scade il /],
  ['has ended', [10, -1], /^failed scaduto il /],
  ['begins tomorrow', [-1, 10], /^failed non valido prima del /],
])('a certificate of this totem that %s', async (_, validity, row) => {
  const folder = newFolder()
  const pair = await tlsPair(await authority(), 'TT-0001', days(...validity))
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  writeFileSync(certificate, pair.certificate)
  writeFileSync(key, pair.key, { mode: 0o600 })
  const gateway = { ...bench.totem.config.gateway, certificate, key }
  const { checks } = await tryNetwork({ ...bench.totem.config, gateway }, 'it', new Date())
  const told = checks.find((check) => check.key === 'certificate')
  expect(`${told?.outcome} ${told?.detail}`).toMatch(row)
})

test.each<[string, number, RegExp]>([
  ['will end in a fortnight', 14, /^attention .*scade il /],
  ['has ended', -1, /^failed .*scaduto il /],
  ['ended so long ago that no card is served', -61, /^failed .*fuori servizio, scaduto il /],
])('a list that %s', async (_, daysLeft, row) => {
  const { list } = bench.totem.config.trust
  const { nextUpdate } = JSON.parse(Buffer.from(readFileSync(list, 'utf8').split('.')[1] ?? '', 'base64url').toString())
  const { checks } = await tryTrust(bench.totem.config, 'it', new Date(Date.parse(nextUpdate) - daysLeft * DAY_MS))
  for (const key of ['trust', 'gateway-keys']) {
    const told = checks.find((check) => check.key === key)
    expect(`${told?.outcome} ${told?.detail}`).toMatch(row)
  }
})

test('keys status has an exit code of its own where the gateway seals to a key that is not here', async () => {
  const configFile = join(newFolder(), 'totem.json')
  writeFileSync(configFile, JSON.stringify({ ...bench.totem.config, outcomeKeys: outcomeKeys({ own: false }) }))
  const status = await run('keys', 'status', '--config', configFile, '--json')
  expect(status.code).toBe(23)
  expect(JSON.parse(status.stdout).gatewaySealsTo).toMatchObject({ here: false })
})

test('keys status and readiness say the same of a key without its name', async () => {
  const key = join(newFolder(), 'verification.jwk.json')
  const { kid: _, ...nameless } = JSON.parse(readFileSync(bench.totem.config.verification?.key ?? '', 'utf8'))
  writeFileSync(key, JSON.stringify(nameless), { mode: 0o600 })
  const told = await readinessOf({ verification: { key } })
  expect(told.rows).toMatchObject({ keys: `failed key-malformed ${key}`, code: `failed key-malformed ${key}` })
  const configFile = join(newFolder(), 'totem.json')
  writeFileSync(configFile, JSON.stringify({ ...bench.totem.config, verification: { key } }))
  const status = await run('keys', 'status', '--config', configFile, '--json')
  expect(status.code).toBe(78)
  expect(JSON.parse(status.stdout).files).toContainEqual({ file: key, state: 'key-malformed', plainCopy: false })
})

test('no card service: it is named, and nothing behind it is blamed', async () => {
  const { rows, code } = await readinessOf({
    bench: {
      ...bench.totem.config.bench,
      deviceEnv: { ...bench.totem.config.bench?.deviceEnv, PCSCLITE_CSOCK_NAME: '/nowhere/pcscd.comm' },
    },
  })
  expect(code).toBe(30)
  expect(rows).toMatchObject({ 'card-service': 'failed not-running', program: 'not-tried –', reader: 'not-tried –' })
})

describe('exit codes', () => {
  test('no paper: not ready, and the report has all the rest', async () => {
    bench.printer.setPaper('out')
    const told = await readiness()
    bench.printer.setPaper('ok')
    expect(told).toMatchObject({ code: 30, stdout: '' })
    expect(told.stderr).toMatch(/failed\s+Stampante\s+a4-kiosk: paperOut/)
    expect(told.stderr).toContain('not-ready, NOT printed: paperOut')
  })
  test('the help and the README name them alike', async () => {
    const { stdout } = await run('print', '--help')
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    for (const text of [stdout, readme]) expect(text).toMatch(/30[ :]+not ready[\s\S]+31[ :]+ready/)
  })
})

test('no configuration, or an invalid one', async () => {
  expect(await readiness('--config', '/none.json', '--json')).toMatchObject({
    code: 66,
    stdout: '{"kind":"file-unreadable"}\n',
  })
  expect(await readiness('--language', 'fr')).toMatchObject({ code: 64 })
})
