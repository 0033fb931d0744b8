// Over 400 lines: both ways of keeping the same keys, on the same totem.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openJournal } from '../../main/journal/journal.ts'
import { explain } from '../../main/keys/explain.ts'
import { plainOf, protectKeys } from '../../main/keys/protect.ts'
import { openProtector } from '../../main/keys/protector.ts'
import { makeOutcomeKey } from '../../main/keys/rotate.ts'
import { type KeyPlaces, keyFiles, loadTotemKeys, openTotemKeys } from '../../main/keys/totem-keys.ts'
import { openTpm } from '../../main/keys/tpm.ts'
import { openQueue } from '../../main/queue/queue.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { type SoftwareTpm, startTpm } from '../support/keys/swtpm.ts'
import { PKI } from '../support/pki.ts'

// How a totem's private keys lie on its disk: as files, and wrapped by a TPM (swtpm) that only its own machine has.

const OPERATION = '01KAXXXXXXXXXXXXXXXXXXXXX1'
let here: SoftwareTpm
let elsewhere: SoftwareTpm
let dir: string
beforeAll(async () => {
  await makePki(PKI)
  here = await startTpm()
  elsewhere = await startTpm()
})
afterAll(async () => {
  await here.stop()
  await elsewhere.stop()
})
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'totem-keys-'))
})
const { PATH } = process.env
afterEach(() => {
  process.env.PATH = PATH
  vi.restoreAllMocks()
  rmSync(dir, { recursive: true, force: true })
})

const file = { kind: 'file' } as const
const tpm = (tcti = here.tcti) => ({ kind: 'tpm', tcti, blob: join(dir, 'kek.json') }) as const

/** A totem's keys as a technician installs them. */
function provisioned(keyProtection: KeyPlaces['keyProtection'] = file): KeyPlaces {
  const put = (name: string, source: string) => {
    const target = join(dir, name)
    if (!existsSync(target)) {
      copyFileSync(join(PKI, 'totems', source), target)
      chmodSync(target, 0o600)
    }
    return target
  }
  const outcomeKeys = join(dir, 'outcome')
  const dataDir = join(dir, 'data')
  for (const folder of [outcomeKeys, dataDir]) mkdirSync(folder, { recursive: true })
  put('outcome/first.jwk.json', 'TT-0001.outcome.jwk.json')
  return {
    dataDir,
    outcomeKeys,
    gateway: {
      url: 'https://localhost',
      ca: '',
      certificate: '',
      keys: '',
      key: put('tls.key.pem', 'TT-0001.key.pem'),
    },
    verification: { key: put('verification.jwk.json', 'TT-0001.verification.jwk.json'), page: null },
    keyProtection,
  }
}

/** Starts as the totem does, with what is queued; `told`: what its log says. */
async function started(config: KeyPlaces, ...queued: string[]) {
  const journal = openJournal({ path: join(config.dataDir, 'journal.db'), totem: 'TT-0001', now: Date.now })
  const queue = openQueue({ path: join(config.dataDir, 'queue.db'), now: Date.now })
  if (!journal.ok || !queue.ok) throw new Error('no store')
  const [session, requestedAt, sealed] = [
    '01KANPR0000000000000000001',
    new Date().toISOString(),
    'eyJhbGci..aXY.Y2lw.dGFn',
  ]
  for (const operation of queued)
    queue.value.add({ operation, kind: 'certificate', session, holder: 'a'.repeat(64), sealed, requestedAt })
  const keys = await openTotemKeys(config, { queue: queue.value, journal: journal.value })
  const told = journal.value.unsent(100)?.entries.map(({ event, severity, fields }) => ({ event, severity, fields }))
  journal.value.close()
  queue.value.close()
  return { keys, told: told ?? [] }
}

/** All files of the disk, as a thief has them. */
const files = () =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
const secretsOf = async (config: KeyPlaces) => {
  const { keys } = await started(config)
  if (!keys.ok) throw new Error(keys.error.kind)
  const { tls, outcome, verification, holder } = keys.value
  const d = (key: { d?: unknown } | null) => String(key?.d)
  return [
    tls.split('\n')[1] ?? '',
    ...[...outcome.values()].map(d),
    d(verification),
    Buffer.from(holder).toString('latin1'),
  ]
}
const fails = (kind: string, more: object = {}) => ({ ok: false, error: { kind, ...more } })

describe('keys as files of the totem’s user', () => {
  test('open; the first start makes the holder key once, and does not log it', async () => {
    const config = provisioned()
    expect(await loadTotemKeys(config)).toMatchObject({ ok: true, value: { holder: null } })
    const { keys: first, told } = await started(config)
    expect(first).toMatchObject({ ok: true, value: { tls: expect.stringContaining('PRIVATE KEY') } })
    expect(told).toEqual([])
    expect(await loadTotemKeys(config)).toEqual(first)
    expect(await started(config, OPERATION)).toEqual({ keys: first, told: [] })
    expect(statSync(join(config.dataDir, 'holder.key')).mode & 0o777).toBe(0o600)
  })
  test.each([0o640, 0o604, 0o660, 0o644, 0o610])('one that others may use (%o) is refused', async (mode) => {
    const config = provisioned()
    await started(config)
    for (const file of await keyFiles(config)) {
      chmodSync(file, mode)
      expect(await loadTotemKeys(config)).toEqual(fails('key-open-to-others', { file }))
      chmodSync(file, 0o600)
    }
  })
  test.each<[string, string, (file: string) => void]>([
    ['is not there', 'key-missing', (file) => rmSync(file)],
    ['is a folder', 'key-unreadable', folderInPlaceOf],
    ['is empty', 'key-malformed', (file) => writeFileSync(file, '')],
    ['is no JSON', 'key-malformed', (file) => writeFileSync(file, '{"kty":')],
    ['is a public key', 'key-malformed', (file) => edit(file, { d: undefined })],
    ['has no name', 'key-malformed', (file) => edit(file, { kid: undefined })],
    ['is of another curve', 'key-malformed', (file) => edit(file, { crv: 'P-384' })],
    ['is no point of the curve', 'key-malformed', (file) => edit(file, { x: 'A'.repeat(43) })],
  ])('one that %s is named', async (_, kind, harm) => {
    const config = provisioned()
    const file = config.verification?.key ?? ''
    harm(file)
    expect(await loadTotemKeys(config)).toEqual(fails(kind, { file }))
  })
  test('no key for outcomes at all is a named failure', async () => {
    const config = provisioned()
    rmSync(join(config.outcomeKeys, 'first.jwk.json'))
    expect(await loadTotemKeys(config)).toEqual(fails('key-missing', { file: config.outcomeKeys }))
  })
  test('holder-key-gone: made anew, and the log says how many requests can no longer be found', async () => {
    const config = provisioned()
    await started(config)
    const { keys: before } = await started(config, OPERATION)
    rmSync(join(config.dataDir, 'holder.key'))
    // A command that only looks must not make the key in the totem's stead.
    expect(await loadTotemKeys(config)).toMatchObject({ ok: true, value: { holder: null } })
    const { keys: after, told } = await started(config)
    expect(told).toEqual([{ event: 'keys.holder-remade', severity: 'warn', fields: { open: 1 } }])
    expect(after.ok && before.ok && after.value.holder).not.toEqual(before.ok && before.value.holder)
    expect(await loadTotemKeys(config)).toEqual(after)
  })
  test('a holder key that was cut short is never replaced', async () => {
    const config = provisioned()
    await started(config)
    const file = join(config.dataDir, 'holder.key')
    writeFileSync(file, 'short')
    expect((await started(config)).keys).toEqual(fails('key-damaged', { file }))
    expect(readFileSync(file, 'utf8')).toBe('short')
  })
})

function folderInPlaceOf(file: string): void {
  rmSync(file)
  mkdirSync(file, { mode: 0o700 })
}
const edit = (file: string, change: object) =>
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }))

/** Stands in for tpm2-tools. */
function tools(script: string): void {
  for (const name of ['tpm2_flushcontext', 'tpm2_createprimary']) {
    writeFileSync(join(dir, name), `#!/bin/sh\n${script}\n`, { mode: 0o700 })
  }
  process.env.PATH = `${dir}:${PATH}`
}

describe('keys wrapped by a TPM', () => {
  async function wrap(pcrs: string | null) {
    const before = await secretsOf(provisioned())
    const config = provisioned(tpm())
    const done = await protectKeys(config, pcrs)
    if (!done.ok) throw new Error(done.error.kind)
    return { config, before, done: done.value }
  }
  /** A disk whose keys are wrapped, and its files before; the TPM is asked once for all tests. */
  let disk: { folder: string; before: string[] } | null = null
  async function wrapped() {
    if (!disk) {
      const { before } = await wrap(null)
      disk = { folder: mkdtempSync(join(tmpdir(), 'totem-keys-')), before }
      cpSync(dir, disk.folder, { recursive: true })
    } else {
      rmSync(dir, { recursive: true })
      cpSync(disk.folder, dir, { recursive: true })
    }
    return { config: provisioned(tpm()), before: disk.before }
  }
  afterAll(() => {
    if (disk) rmSync(disk.folder, { recursive: true })
  })

  test('a totem’s keys are wrapped in place, open as before, and leave nothing in the clear', async () => {
    const { config, before, done } = await wrap(null)
    expect(done.map(({ did }) => did)).toEqual(['wrapped', 'wrapped', 'wrapped', 'wrapped'])
    expect(await secretsOf(config)).toEqual(before)
    for (const file of files()) {
      const bytes = readFileSync(file, 'latin1')
      for (const secret of before) expect(bytes.includes(secret), file).toBe(false)
      expect(statSync(file).mode & 0o077, file).toBe(0)
    }
    expect(files().filter((file) => /\.(plain|new)$/.test(file))).toEqual([])
  })
  test('wrapping again changes nothing', async () => {
    const { config, before } = await wrapped()
    const contents = () => files().map((file) => [file, readFileSync(file, 'latin1')])
    const was = contents()
    expect(await protectKeys(config, null)).toMatchObject({ ok: true, value: [{ did: 'was-wrapped' }, {}, {}, {}] })
    expect(contents()).toEqual(was)
    expect(await secretsOf(config)).toEqual(before)
  })
  test('a later key is wrapped too, and a totem with a key in the clear says so', async () => {
    const { config } = await wrapped()
    const file = join(config.outcomeKeys, 'second.jwk.json')
    copyFileSync(join(PKI, 'totems/TT-0002.outcome.jwk.json'), file)
    chmodSync(file, 0o600)
    expect(await loadTotemKeys(config)).toEqual(fails('key-not-wrapped', { file }))
    await protectKeys(config, null)
    expect(await loadTotemKeys(config)).toMatchObject({ ok: true, value: { outcome: { size: 2 } } })
  })
  test('a new holder key is wrapped at once', async () => {
    const { config } = await wrapped()
    rmSync(join(config.dataDir, 'holder.key'))
    const { keys } = await started(config)
    expect(keys).toMatchObject({ ok: true, value: { holder: expect.any(Uint8Array) } })
    // This totem refuses keys that lie in the clear.
    expect(await loadTotemKeys(config)).toEqual(keys)
  })
  test('a new key for outcomes is wrapped at once', async () => {
    const { config } = await wrapped()
    const made = await makeOutcomeKey(config, Date.now())
    if (!made.ok) throw new Error(made.error.kind)
    const keys = await loadTotemKeys(config)
    expect(keys.ok && keys.value.outcome.get(String(made.value.kid))).toMatchObject({ x: made.value.x })
    expect(made.value.d).toBeUndefined()
  })
  test('disk-in-another-machine: named, reported to the technician, and nothing is changed', async () => {
    const { config } = await wrapped()
    const was = files().map((file) => readFileSync(file, 'latin1'))
    const there = { ...config, keyProtection: tpm(elsewhere.tcti) }
    const opened = await loadTotemKeys(there)
    expect(opened).toMatchObject(fails('tpm-other'))
    expect(await protectKeys(there, null)).toMatchObject(fails('tpm-other'))
    expect(await makeOutcomeKey(there, Date.now())).toMatchObject(fails('tpm-other'))
    if (!opened.ok) expect(explain(opened.error)).toContain('another TPM')
    expect(files().map((file) => readFileSync(file, 'latin1'))).toEqual(was)
    expect(await loadTotemKeys(config)).toMatchObject({ ok: true })
  })
  test('the machine was switched off and on: the same TPM gives them back', async () => {
    const state = join(dir, 'tpm')
    const before = await startTpm(state)
    const config = provisioned(tpm(before.tcti))
    expect(await protectKeys(config, null)).toMatchObject({ ok: true })
    await before.stop()
    const after = await startTpm(state)
    expect(await loadTotemKeys(config)).toMatchObject({ ok: true })
    await after.stop()
  })
  test('bound to the booted system: another system gets nothing', async () => {
    const { config, before } = await wrap('sha256:16')
    expect(await secretsOf(config)).toEqual(before)
    const extend = `16:sha256=${createHash('sha256').update('another boot loader').digest('hex')}`
    execFileSync('tpm2_pcrextend', [extend], { env: { ...process.env, TPM2TOOLS_TCTI: here.tcti } })
    expect(await loadTotemKeys(config)).toMatchObject(fails('tpm-policy'))
    execFileSync('tpm2_pcrreset', ['16'], { env: { ...process.env, TPM2TOOLS_TCTI: here.tcti } })
    expect(await secretsOf(config)).toEqual(before)
  })
  test('a blob that claims no policy: the TPM refuses it', async () => {
    const { config } = await wrap('sha256:16')
    edit(tpm().blob, { pcrs: null })
    expect(await loadTotemKeys(config)).toMatchObject(fails('tpm-failed'))
  })
  test('a TPM without a resource manager, filled by other programs, still has room', async () => {
    const { config } = await wrapped()
    for (let slot = 0; slot < 3; slot++) {
      const args = ['-Q', '-C', 'o', '-c', join(dir, 'other.ctx')]
      execFileSync('tpm2_createprimary', args, { env: { ...process.env, TPM2TOOLS_TCTI: here.tcti } })
    }
    expect(await loadTotemKeys(config)).toMatchObject({ ok: true })
  })
  test.each([
    ['there is no TPM', 'device:/dev/no-such-tpm', 'tpm-absent'],
    ['nothing answers there', 'swtpm:path=/nonexistent', 'tpm-absent'],
    ['it is no TPM at all', 'nonsense', 'tpm-absent'],
  ])('%s: named', async (_, tcti, kind) => {
    const { config } = await wrapped()
    const opened = await loadTotemKeys({ ...config, keyProtection: tpm(tcti) })
    expect(opened).toMatchObject(fails(kind))
  })
  test('the tools are not installed: named', async () => {
    const { config } = await wrapped()
    process.env.PATH = '/nonexistent'
    expect(await loadTotemKeys(config)).toMatchObject(fails('tpm-tools-missing'))
  })

  test('a TPM that does not answer: named', async () => {
    const slow = await startTpm()
    const tpm = openTpm(slow.tcti)
    const sealed = await tpm.seal(Buffer.alloc(32, 1), null)
    if (!sealed.ok) throw new Error(sealed.error.kind)
    slow.sleep()
    expect(await openTpm(slow.tcti, 300).unseal(sealed.value)).toMatchObject(fails('tpm-timeout'))
    slow.wake()
    expect(await tpm.unseal(sealed.value)).toEqual({ ok: true, value: Buffer.alloc(32, 1) })
    await slow.stop()
  })
  test.each([
    ['is in use', 'Failed to open specified TCTI device file /dev/tpm0: Device or resource busy', 'tpm-busy'],
    ['is another group’s', 'Failed to open specified TCTI device file /dev/tpmrm0: Permission denied', 'tpm-no-access'],
  ])('a TPM that %s: named by what the tools say', async (_, said, kind) => {
    // The bench has no kernel device; these are the words of tpm2-tools 5.4.
    tools(`echo 'ERROR:tcti: ${said}\nERROR: Could not load tcti, got: "device"' >&2; exit 1`)
    expect(await openTpm('device').seal(Buffer.alloc(32), null)).toMatchObject(fails(kind))
  })
  test.each([
    ['0x922', 'tpm-busy'],
    ['0x90A', 'tpm-busy'],
    ['0x921', 'tpm-busy'],
    ['0x1DF', 'tpm-other'],
    ['0x99D', 'tpm-policy'],
    ['0x9A2', 'tpm-failed'],
  ])('response code %s is %s', async (code, kind) => {
    tools(`echo 'ERROR: Esys_CreatePrimary(${code}) - tpm' >&2; exit 1`)
    const detail = code.toLowerCase()
    expect(await openTpm('any').seal(Buffer.alloc(32), null)).toEqual(fails(kind, { detail }))
  })

  describe('swapped or damaged', () => {
    test('a key in the place of another one does not open', async () => {
      const { config } = await wrapped()
      const verification = config.verification?.key ?? ''
      copyFileSync(join(config.outcomeKeys, 'first.jwk.json'), verification)
      expect(await loadTotemKeys(config)).toEqual(fails('key-damaged', { file: verification }))
    })
    test('a wrapped key where files are configured is named', async () => {
      const { config } = await wrapped()
      expect(await loadTotemKeys({ ...config, keyProtection: file })).toMatchObject(fails('key-wrapped'))
    })
    test('any byte of a wrapped key changed: refused', async () => {
      const { config } = await wrapped()
      const protector = await openProtector(config.keyProtection)
      if (!protector.ok) throw new Error(protector.error.kind)
      const { key } = config.gateway
      const good = readFileSync(key, 'latin1')
      const decoded = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'))
      await fc.assert(
        fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
          const harmed = good.slice(0, at) + String.fromCharCode(byte) + good.slice(at + 1)
          fc.pre(decoded(harmed).join('.') !== decoded(good).join('.'))
          writeFileSync(key, harmed, 'latin1')
          const read = await protector.value.read(key)
          expect(read.ok ? 'opened' : read.error.kind).toMatch(/^key-(damaged|not-wrapped)$/)
        }),
      )
    })
    test('any byte of the blob changed: refused before the TPM is asked', async () => {
      const { config } = await wrapped()
      const { blob } = tpm()
      const good = readFileSync(blob)
      for (let at = 0; at < good.length - 1; at++) {
        const harmed = Buffer.from(good)
        harmed[at] = (good[at] ?? 0) ^ 1
        writeFileSync(blob, harmed)
        expect(await loadTotemKeys({ ...config, keyProtection: tpm('nonsense') })).toMatchObject({
          error: { kind: expect.stringMatching(/^(blob-damaged|tpm-absent)$/) },
        })
      }
    })
    test('the blob is lost: named, and no new one replaces it while keys are wrapped with it', async () => {
      const { config } = await wrapped()
      rmSync(tpm().blob)
      expect(await loadTotemKeys(config)).toEqual(fails('blob-missing', { file: tpm().blob }))
      expect(await protectKeys(config, null)).toEqual(fails('blob-missing', { file: tpm().blob }))
    })
  })

  test('power-cut-during-protect: at each step the key is there, plain or wrapped, and the next run finishes', async () => {
    const { config } = await wrapped()
    const protector = await openProtector(config.keyProtection)
    if (!protector.ok) throw new Error(protector.error.kind)
    const { key } = config.gateway
    const wrappedKey = readFileSync(key)
    const plainKey = readFileSync(join(PKI, 'totems/TT-0001.key.pem'))
    const put = (name: string, content: Buffer | string) => writeFileSync(name, content, { mode: 0o600 })
    const damaged = wrappedKey.toString().replace(/.{9}$/, 'AAAAAAAAA')
    /** The files under the key's name, under its second name, and under that of the file being written. */
    const states: Record<string, [name: Buffer | string, second: Buffer | string | 'link' | null, next?: string]> = {
      'nothing done yet': [plainKey, null],
      'it has its second name': [plainKey, 'link'],
      'the wrapped one is half written': [plainKey, 'link', 'eyJ'],
      'the wrapped one has its name': [wrappedKey, plainKey],
      'the wrapped one has its name, and does not open': [damaged, plainKey],
      'the plain one is overwritten': [wrappedKey, Buffer.alloc(plainKey.length)],
      'a key of an earlier time was left': [plainKey, 'an earlier key'],
    }
    for (const [name, [content, second, next]] of Object.entries(states)) {
      rmSync(key)
      put(key, content)
      if (second === 'link') linkSync(key, plainOf(key))
      else if (second) put(plainOf(key), second)
      if (next) put(`${key}.new`, next)
      expect(await protectKeys(config, null), name).toMatchObject({ ok: true })
      expect(await protector.value.read(key), name).toEqual({ ok: true, value: plainKey })
      expect(existsSync(plainOf(key)), name).toBe(false)
      expect(readFileSync(key, 'latin1'), name).not.toContain('PRIVATE KEY')
    }
  })

  test('a totem that is not set up for a TPM is told so', async () => {
    expect(await protectKeys(provisioned(), null)).toEqual(fails('no-tpm-configured'))
  })
  test('another user’s keys are left alone', async () => {
    const config = provisioned(tpm())
    vi.spyOn(process, 'getuid').mockReturnValue(65_534)
    expect(await protectKeys(config, null)).toEqual(fails('not-owner', { file: config.gateway.key }))
    expect(await makeOutcomeKey(config, Date.now())).toEqual(fails('not-owner', { file: config.gateway.key }))
    expect(existsSync(tpm().blob)).toBe(false)
  })
  test.each(['dataDir', 'outcomeKeys'] as const)(
    'another user’s %s is left alone, whoever the key belongs to',
    async (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'foreign-'))
      // Only root can give a folder away; anybody else has one that is not theirs.
      const foreign = process.getuid?.() === 0 ? folder : '/etc'
      if (foreign === folder) chownSync(folder, 65_534, 65_534)
      const config = { ...provisioned(), [name]: foreign }
      expect(await makeOutcomeKey(config, Date.now())).toEqual(fails('not-owner', { file: foreign }))
      rmSync(folder, { recursive: true })
    },
  )
})
