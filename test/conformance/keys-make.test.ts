import { createPrivateKey } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { Failure } from '../../commands/command.ts'
import { keys } from '../../commands/keys.ts'
import { list } from '../../commands/list.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { loadTotemKeys } from '../../main/keys/totem-keys.ts'
import { verifyGatewayKeys } from '../../trust/gateway-keys.ts'
import { startTpm } from '../support/keys/swtpm.ts'

// `totem keys make`, key by key. gateway/INSTALLATION.md's test uses them all together.

let folder: string
let answers: string[]
const at = (name: string) => join(folder, name)
const text = (name: string) => readFileSync(at(name), 'utf8')
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-make-'))
  answers = []
  vi.spyOn(console, 'log').mockImplementation((line) => void answers.push(line))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

async function ended(command: Promise<number>) {
  try {
    return { code: await command }
  } catch (reason) {
    if (!(reason instanceof Failure)) throw reason
    return { code: reason.exitCode, kind: reason.answer.kind, said: reason.message }
  }
}
const make = (kind: string, ...args: string[]) =>
  ended(keys(['make', '--kind', kind, '--public', at('public'), '--json', ...args]))
const makeOther = (kind: string, ...args: string[]) => make(kind, '--private', at('private'), ...args)

function totem(change: Partial<TotemConfig> = {}): TotemConfig {
  const config = {
    totem: 'PG-0001',
    office: { name: 'Spello', comune: 'Spello', province: 'PG' },
    dataDir: at('data'),
    gateway: {
      url: 'https://gateway.example',
      ...{ ca: at('ca.pem'), certificate: at('cert.pem'), key: at('keys/tls.key.pem'), keys: at('list.jws') },
    },
    outcomeKeys: at('keys/outcome'),
    verification: { key: at('keys/verification.jwk.json') },
    keyProtection: { kind: 'file' },
    trust: {
      ...{ list: at('trust.jws'), listKey: at('signer.json'), possession: [] },
      revocation: { maxAgeHours: 72, whenUnknown: 'refuse' },
    },
    cie: null,
    panel: { width: 1080, height: 1920, mmPerPixel: 0.3 },
    printer: { profile: 'a4-kiosk' },
    timings: { idleMs: 60_000, warningMs: 30_000, goodbyeMs: 8_000, lineProbeMs: 5_000 },
    minFreeBytes: 0,
    bench: null,
    ...change,
  }
  writeFileSync(at('totem.json'), JSON.stringify(config))
  return config as TotemConfig
}
const makeOwn = (kind: string, ...args: string[]) => make(kind, '--config', at('totem.json'), ...args)
const OWN = ['tls', 'outcome', 'verification']

test('a totem’s three keys open, each for its owner alone, and their public halves lie in one folder', async () => {
  const config = totem()
  for (const kind of OWN) expect(await makeOwn(kind)).toEqual({ code: 0 })
  const loaded = await loadTotemKeys(config)
  if (!loaded.ok) throw new Error(loaded.error.kind)
  const [kid] = [...loaded.value.outcome.keys()]
  expect(JSON.parse(text('public/PG-0001.outcome.pub.jwk.json'))).toMatchObject({ kid, use: 'enc' })
  expect(text('public/PG-0001.outcome.pub.jwk.json')).not.toContain('"d"')
  const [listed] = JSON.parse(text('public/PG-0001.verification-keys.json')).keys
  expect(listed).toMatchObject({
    totem: 'PG-0001',
    kid: loaded.value.verification?.kid,
    x: loaded.value.verification?.x,
  })
  expect((Date.parse(listed.notAfter) - Date.parse(listed.notBefore)) / 86_400_000).toBe(3_650)
  expect(text('public/PG-0001.csr.pem')).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/)
  const files = answers.map((answer) => JSON.parse(answer).private)
  expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600])
})

test('nothing is overwritten, neither half, and the other half is not made either', async () => {
  totem()
  for (const kind of OWN) await makeOwn(kind)
  for (const kind of ['gateway-tls', 'signer']) await makeOther(kind, '--host', 'localhost')
  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'utf8')])
  const before = files()
  const again = { code: 73, kind: 'file-not-made', said: expect.stringMatching(/^\/.*is there already/) }
  for (const kind of OWN) {
    expect(await makeOwn(kind)).toEqual(again)
    // The public half has gone its way: the private one is still there.
    expect(await makeOwn(kind, '--public', at('elsewhere'))).toEqual(again)
  }
  for (const kind of ['gateway-tls', 'signer']) {
    expect(await makeOther(kind, '--host', 'localhost')).toEqual(again)
    expect(await makeOther(kind, '--host', 'localhost', '--public', at('elsewhere'))).toEqual(again)
    expect(await make(kind, '--host', 'localhost', '--private', at('other'))).toEqual(again)
  }
  expect(files()).toEqual(before)
})

test('keys of a gateway that follow each other go into one list, each from its time', async () => {
  await makeOther('signer')
  await makeOther('anchor')
  await makeOther('command')
  await makeOther('sealing')
  await makeOther('sealing', '--from', '2030-01-31T00:00:00Z')
  const signer = ['--signer', at('private/signer.jwk.json')]
  const sign = (...args: string[]) => ended(list(['sign', '--kind', 'gateway-keys', '--first', ...signer, ...args]))
  expect(await sign('--in', at('public'), '--out', at('list.jws'))).toEqual({ code: 0 })
  const read = await verifyGatewayKeys(text('list.jws'), JSON.parse(text('public/signer.pub.jwk.json')))
  expect(read).toMatchObject({ ok: true, value: { anchor: [expect.anything()], command: [expect.anything()] } })
  const { sealing } = read.ok ? read.value : { sealing: [] }
  expect(sealing.map(({ from }) => from)).toContain('2030-01-31T00:00:00Z')
  expect(sealing.map(({ key }) => existsSync(at(`private/sealing-${key.kid}.jwk.json`)))).toEqual([true, true])
  // A folder without parts of this kind, and one with something else under their name.
  expect(await sign('--in', at('private'), '--out', at('x'))).toMatchObject({ code: 66, kind: 'file-unreadable' })
  writeFileSync(at('public/x.gateway-keys.json'), '{"anchor":{}}')
  expect(await sign('--in', at('public'), '--out', at('x'))).toMatchObject({ code: 78, kind: 'list-malformed' })
})

test('behind a TPM: protected before the first key is made, none ever lies in the clear', async () => {
  const tpm = await startTpm()
  onTestFinished(() => tpm.stop())
  const config = totem({ keyProtection: { kind: 'tpm', tcti: tpm.tcti, blob: at('blob.json') } })
  expect(await makeOwn('tls')).toMatchObject({ code: 78, kind: 'blob-missing' })
  expect(await ended(keys(['protect', '--config', at('totem.json')]))).toEqual({ code: 0 })
  for (const kind of OWN) expect(await makeOwn(kind)).toEqual({ code: 0 })
  expect(await loadTotemKeys(config)).toMatchObject({ ok: true })
  expect(() => createPrivateKey(text('keys/tls.key.pem'))).toThrow()
})

test.each<[string, string, string[], Partial<TotemConfig>, object]>([
  ['an unknown kind', 'tsl', [], {}, { code: 64, said: expect.stringContaining('tls, outcome, verification, ') }],
  ['no name for the gateway', 'gateway-tls', ['--private', '/x'], {}, { code: 64 }],
  ['no folder for the private half', 'signer', [], {}, { code: 64, said: expect.stringContaining('--private') }],
  ['a time that is none', 'sealing', ['--private', '/x', '--from', 'tomorrow'], {}, { code: 64 }],
  ['no whole days', 'verification', ['--days', '0.5'], {}, { code: 64 }],
  ['papers without codes', 'verification', [], { verification: null }, { code: 78, kind: 'not-configured' }],
  ['a totem’s id that is none', 'tls', [], { totem: 'Spello' }, { code: 78, said: expect.stringContaining('totem') }],
  [
    'a file in the folder’s place',
    'tls',
    ['--public', '/dev/null/x'],
    {},
    { code: 73, said: expect.stringContaining('/dev/null/x') },
  ],
])('refused by name: %s', async (_what, kind, args, change, answer) => {
  totem(change)
  expect(await makeOwn(kind, ...args)).toMatchObject(answer)
  expect(existsSync(at('keys'))).toBe(false)
})

test('root leaves the files of another user’s totem alone', async () => {
  const { dataDir } = totem()
  mkdirSync(dataDir)
  // A test that runs as an ordinary user cannot give a folder away.
  const uid = vi.spyOn(process, 'getuid').mockReturnValue(statSync(dataDir).uid + 1)
  expect(await makeOwn('tls')).toMatchObject({ code: 78, kind: 'not-owner' })
  uid.mockRestore()
})
