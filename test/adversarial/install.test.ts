// Over 400 lines: one machine, and every way in which a program or a system comes onto it.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import { RELEASES_TYP, type Release } from '../../contract/release.ts'
import type { ReleaseRefusal } from '../../contract/release-refusals.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { carryOut, machineIn } from '../../main/update/install.ts'
import { answerOrder, giveOrder, orderIn } from '../../main/update/orders.ts'
import { listFile, type Places, readyFile } from '../../main/update/places.ts'
import { readPrograms } from '../../main/update/programs.ts'
import { refusalOf, type Slots } from '../../main/update/slots.ts'
import { unpackProgram } from '../../main/update/unpack.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { signList } from '../../trust/signed-list.ts'
import { debOf, type Entry, programOf } from '../support/releases/debs.ts'

// A release from the box to the program that runs, by the real orders, the real script that counts starts, and debs that
// dpkg-deb reads. Whoever has the totem's user has the box, and gets nothing to run by it.

const COUNT = fileURLToPath(new URL('../../assets/system/count-start', import.meta.url))
const [signer, stranger] = await Promise.all([jwkPair('sig'), jwkPair('sig')])
const machine = { releaseKey: signer.public, compatible: 'kiosk-1' }
const room = () => true

let folder: string
let places: Places
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'))
  places = { box: join(folder, 'box'), releases: join(folder, 'releases'), base: join(folder, 'base') }
  for (const each of [...Object.values(places), join(places.box, 'ready')]) mkdirSync(each)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const releaseOf = (number: number, deb: Buffer, more: Partial<Release> = {}): Release => ({
  ...{ number, kind: 'program', version: `1.${number}.0`, compatible: 'kiosk-1', over: 0, bytes: deb.length },
  ...{ sha256: createHash('sha256').update(deb).digest('hex'), ...more },
})
const listOf = (releases: Release[], { sequence = 5, by = signer.private } = {}) =>
  signList(
    {
      ...{ sequence, releases, issued: new Date().toISOString() },
      nextUpdate: new Date(Date.now() + DAY_MS).toISOString(),
    },
    by,
    RELEASES_TYP,
  )

/** A release lies in the box as the totem fetched it. */
async function fetched(number: number, deb = debOf(programOf(number)), more: Partial<Release> = {}, signing = {}) {
  writeFileSync(readyFile(places, number), deb)
  writeFileSync(listFile(places), await listOf([releaseOf(number, deb, more)], signing))
}
const order = (what: 'install' | 'start' | 'confirm', number: number, options = {}) =>
  carryOut({ id: '01K00000000000000000000000', do: what, number }, { places, machine, room, slots: null, ...options })
/** As systemd before each start and after each end. */
const count = (what: 'start' | 'ended', result = 'watchdog') =>
  execFileSync('sh', [COUNT, what, places.releases], { env: { PATH: '/usr/bin:/bin', SERVICE_RESULT: result } })
const runs = () => readPrograms(places)
const left = () => readdirSync(places.releases).sort()

async function installed(number: number) {
  await fetched(number)
  expect(await order('install', number)).toEqual(ok(null))
  expect(await order('start', number)).toEqual(ok(null))
}

test('installed beside, begun on trial, confirmed: it stays, and what is no more needed goes', async () => {
  await fetched(7)
  expect(await order('install', 7)).toEqual(ok(null))
  expect(runs()).toMatchObject({ current: 0, installed: [7], trial: null })
  expect(readFileSync(join(places.releases, '7/RELEASE'), 'utf8')).toBe('7\n')
  expect(statSync(join(places.releases, '7/totem-polis')).mode & 0o777).toBe(0o755)
  expect(existsSync(join(places.releases, '7/bin'))).toBe(false)

  expect(await order('start', 7)).toEqual(ok(null))
  count('start')
  expect(runs()).toMatchObject({ current: 7, trial: { tries: 2 }, highest: 0 })
  expect(await order('confirm', 7)).toEqual(ok(null))
  expect(runs()).toMatchObject({ current: 7, trial: null, highest: 7 })
  // Another user reads it: the totem's.
  expect(statSync(join(places.releases, 'memory.json')).mode & 0o777).toBe(0o644)

  await installed(8)
  count('start')
  expect(await order('confirm', 8)).toEqual(ok(null))
  expect(left()).toEqual(['8', 'current', 'memory.json'])
})

describe('a release that needs more of the system than there is', () => {
  const { stdout: version } = spawnSync('dpkg-query', ['--show', `--showformat=\${Version}`, 'dpkg'], {
    encoding: 'utf8',
  })
  const needing = (depends: string) => debOf(programOf(7), `Depends: ${depends}\n`)

  test.each([
    ['what is here', 'dpkg, libc6'],
    ['a version that is here', `dpkg (= ${version}), dpkg (>= 1.0~), dpkg (<< 99)`],
    ['one of two', 'no-such-package | dpkg'],
    ['a name that another package provides', 'awk'],
    ['an architecture beside it', 'dpkg:any'],
  ])('%s: installed', async (_, depends) => {
    await fetched(7, needing(depends))
    expect(await order('install', 7)).toEqual(ok(null))
  })

  test.each([
    ['a package that is not here', 'dpkg, no-such-package', 'no-such-package'],
    ['a later version', 'dpkg (>= 99)', 'dpkg (>= 99)'],
    ['an earlier one', 'dpkg (<< 1.0)', 'dpkg (<< 1.0)'],
    ['neither of two', 'no-such-package | dpkg (>> 99), dpkg', 'no-such-package | dpkg (>> 99)'],
    ['a version of a name that is only provided', 'awk (>= 1)', 'awk (>= 1)'],
  ])('%s: refused by name, and nothing is left of it', async (_, depends, detail) => {
    await fetched(7, needing(depends))
    expect(await order('install', 7)).toEqual(err({ kind: 'packages-missing', detail }))
    expect(left()).toEqual(['memory.json'])
  })

  test.each(['dpkg (~ 1)', '$(touch x)'])('%s is no dependency', async (depends) => {
    await fetched(7, needing(depends))
    expect(await order('install', 7)).toEqual(err({ kind: 'archive-damaged' }))
  })
})

test('never healthy: after three starts the program before is back, once and for good', async () => {
  await installed(7)
  count('start')
  await order('confirm', 7)
  await installed(8)
  for (let start = 0; start < 3; start++) {
    count('start')
    expect(runs().current).toBe(8)
    count('ended', 'timeout')
  }
  count('start')
  expect(runs()).toMatchObject({ current: 7, trial: null, failed: new Map([[8, 'timeout']]), highest: 7 })
  count('start')
  expect(runs().current).toBe(7)
  await fetched(8)
  expect(await order('install', 8)).toEqual(err({ kind: 'thrown-out' }))
  expect(await order('start', 8)).toEqual(err({ kind: 'thrown-out' }))
  await installed(9)
  expect(runs()).toMatchObject({ current: 9, trial: { tries: 3 } })
})

test('the first release of a machine goes back to what the package brought', async () => {
  await installed(7)
  for (let start = 0; start < 4; start++) count('start')
  expect(readlinkSync(join(places.releases, 'current'))).toBe(places.base)
  expect(runs()).toMatchObject({ current: 0, trial: null, failed: new Map([[7, 'unknown']]) })
})

test('a power cut between the two names of the way back: the next start ends it', async () => {
  await installed(7)
  for (let start = 0; start < 3; start++) count('start')
  execFileSync('mv', ['trial-7-0', 'failed-7'], { cwd: places.releases })
  count('start')
  expect(runs().current).toBe(0)
})

test('one release after the other: none is begun over one that is on trial', async () => {
  await installed(7)
  await fetched(8)
  expect(await order('install', 8)).toEqual(err({ kind: 'trial-running' }))
  expect(await order('confirm', 8)).toEqual(err({ kind: 'other-release' }))
})

describe('a machine’s whole system', () => {
  const bundle = Buffer.from('as RAUC alone reads it')
  let asked: string[]
  let answer: Result<null, { kind: ReleaseRefusal; detail?: string }>
  const slots: Slots = {
    write: async (file) => {
      asked.push(`write ${readFileSync(file)}, over ${left().filter((name) => /^(system|begun)/.test(name))}`)
      return answer
    },
    begin: async () => {
      asked.push('begin')
      return answer
    },
  }
  beforeEach(() => {
    ;[asked, answer] = [[], ok(null)]
    brings(1)
  })
  /** What the system that runs has brought. */
  const brings = (number: number) => writeFileSync(join(places.base, 'RELEASE'), `${number}\n`)
  const runsAlready = (number: number) => {
    brings(number)
    return system(9)
  }
  const linked = async () => {
    await system(9)
    rmSync(readyFile(places, 9))
    symlinkSync('/etc/passwd', readyFile(places, 9))
  }
  const system = (number: number, more: Partial<Release> = {}) => fetched(number, bundle, { kind: 'system', ...more })
  const given = (what: 'install' | 'start' | 'confirm', number: number, options = {}) =>
    order(what, number, { slots, ...options })
  const counted = () => execFileSync('sh', [COUNT, 'start', places.releases, places.base])
  /** The machine was started since. */
  const restarted = () => {
    for (const name of left().filter((each) => each.startsWith('begun-')))
      renameSync(join(places.releases, name), join(places.releases, `${name.slice(0, name.indexOf('-', 6))}-before`))
  }

  test('is written beside, begun, runs on trial and is kept; a program of before it goes', async () => {
    await installed(7)
    count('start')
    await order('confirm', 7)
    await system(9)
    expect(await given('install', 9)).toEqual(ok(null))
    expect(asked).toEqual([`write ${bundle}, over `])
    expect(runs()).toMatchObject({ current: 7, installed: [7, 9], system: 9, begun: null, trial: null })
    expect(await given('start', 9)).toEqual(ok(null))
    expect(await given('start', 9)).toEqual(ok(null))
    expect(asked.slice(1)).toEqual(['begin'])
    // The totem is started before the machine is.
    counted()
    expect(runs()).toMatchObject({ current: 7, begun: 9, failed: new Map() })

    restarted()
    brings(9)
    counted()
    expect(runs()).toMatchObject({ current: 9, begun: null, trial: { tries: null }, highest: 7 })
    await fetched(10)
    expect(await order('install', 10)).toEqual(err({ kind: 'trial-running' }))
    expect(await given('confirm', 9)).toEqual(ok(null))
    expect(runs()).toMatchObject({ current: 9, trial: null, system: null, highest: 9 })
    expect(left()).toEqual(['memory.json'])
  })

  test('that used its starts up: what ran before runs, and it is never tried again', async () => {
    await installed(7)
    count('start')
    await order('confirm', 7)
    await system(9)
    await given('install', 9)
    await given('start', 9)
    restarted()
    // Its own starts, none of which came to be confirmed.
    brings(9)
    counted()
    brings(1)
    counted()
    expect(runs()).toMatchObject({
      current: 7,
      begun: null,
      system: null,
      failed: new Map([[9, 'system']]),
      highest: 7,
    })
    expect(await given('install', 9)).toEqual(err({ kind: 'thrown-out' }))
    await system(11)
    expect(await given('install', 11)).toEqual(ok(null))
  })

  test('what was written before counts no more from the first write on', async () => {
    await system(9)
    await given('install', 9)
    await system(10)
    answer = err({ kind: 'not-written', detail: 'cut off' })
    expect(await given('install', 10)).toEqual(err({ kind: 'not-written', detail: 'cut off' }))
    expect(asked.at(-1)).toBe(`write ${bundle}, over `)
    expect(runs()).toMatchObject({ current: 1, installed: [], system: null, begun: null })
  })

  test('that is begun holds off every other release until it is kept or given back', async () => {
    await installed(7)
    count('start')
    await order('confirm', 7)
    await system(9)
    await given('install', 9)
    await given('start', 9)
    const before = left()
    for (const prepare of [() => fetched(10), () => system(10)]) {
      await prepare()
      for (const what of ['install', 'start'] as const)
        expect(await given(what, 10)).toEqual(err({ kind: 'trial-running' }))
    }
    expect(left()).toEqual(before)
    expect(asked.length).toBe(2)
    await system(9)
    expect(await given('install', 9)).toEqual(ok(null))
    expect(await given('start', 9)).toEqual(ok(null))
  })

  test.each<[string, ReleaseRefusal, () => Promise<unknown>, object?]>([
    ['for other hardware', 'other-machine', () => system(9, { compatible: 'kiosk-2' })],
    ['older than what runs', 'downgrade', () => runsAlready(12)],
    ['the one that runs', 'downgrade', () => runsAlready(9)],
    ['cut short', 'file-damaged', () => system(9, { bytes: bundle.length + 1 })],
    ['another file of its size', 'file-damaged', () => system(9, { sha256: '0'.repeat(64) })],
    ['a link', 'file-absent', linked],
    [
      'a list by another signer',
      'list-unsigned',
      () => fetched(9, bundle, { kind: 'system' }, { by: stranger.private }),
    ],
    ['an installed Debian', 'no-second-system', () => system(9), { slots: null }],
  ])('%s: %s, and RAUC is not asked', async (_what, kind, prepare, options = {}) => {
    await prepare()
    expect(await given('install', 9, options)).toEqual(err({ kind }))
    expect(asked).toEqual([])
  })

  test.each([
    ['signature verification failed: Verify error: self-signed certificate', 'bundle-unsigned'],
    ["Compatible mismatch: Expected 'kiosk-1' but bundle manifest has 'kiosk-2'", 'other-machine'],
    ['Failed to open slot device: No space left', 'not-written'],
  ])('RAUC says “%s”: %s', (said, kind) => {
    expect(refusalOf(`installing\nLastError: ${said}\n`)).toEqual({ kind, detail: `LastError: ${said}` })
  })
})

describe('refused by name, and nothing of it is left', () => {
  test.each<[string, string, () => Promise<unknown>, object?]>([
    ['a list by another signer', 'list-unsigned', () => fetched(7, undefined, {}, { by: stranger.private })],
    ['no list', 'list-unsigned', async () => writeFileSync(readyFile(places, 7), 'x')],
    ['for other hardware', 'other-machine', () => fetched(7, undefined, { compatible: 'kiosk-2' })],
    ['a step is missing', 'step-missing', () => fetched(7, undefined, { over: 3 })],
    ['not in the list', 'release-unlisted', () => fetched(8)],
    ['no file', 'file-absent', () => fetched(7).then(() => rmSync(readyFile(places, 7)))],
    ['cut short', 'file-damaged', () => fetched(7).then(() => truncateSync(readyFile(places, 7), 900))],
    [
      'swapped for another of the same size',
      'file-damaged',
      async () => {
        await fetched(7)
        writeFileSync(readyFile(places, 7), Buffer.alloc(debOf(programOf(7)).length))
      },
    ],
    [
      'a link to a file of others',
      'file-absent',
      async () => {
        await fetched(7)
        rmSync(readyFile(places, 7))
        symlinkSync('/etc/passwd', readyFile(places, 7))
      },
    ],
    ['signed, and another release inside', 'other-release', () => fetched(7, debOf(programOf(6)))],
    ['signed, and no program inside', 'archive-damaged', () => fetched(7, debOf([{ path: './usr/bin/x' }]))],
    ['signed, and no package', 'archive-damaged', () => fetched(7, Buffer.from('no package'))],
    ['a full disk', 'no-room', () => fetched(7), { room: (bytes: number) => bytes < 3_000 }],
    ['root has named no key', 'no-release-key', () => fetched(7), { machine: null }],
  ])('%s: %s', async (_what, kind, prepare, options = {}) => {
    await prepare()
    expect(await order('install', 7, options)).toEqual(err({ kind }))
    expect(left().filter((name) => name !== 'memory.json')).toEqual([])
    expect(runs().current).toBe(0)
  })

  test.each<[string, string, Entry]>([
    ['a name that leads out', 'entry-outside', { path: './usr/lib/totem-polis/../../../etc/cron.d/x' }],
    ['an absolute name', 'entry-outside', { path: '/etc/cron.d/x' }],
    ['a name with a control character', 'entry-outside', { path: './usr/lib/totem-polis/a\nb' }],
    ['a symbolic link', 'entry-link', { path: './usr/lib/totem-polis/x', type: 'SymbolicLink', linkpath: '/etc' }],
    ['a hard link', 'entry-link', { path: './usr/lib/totem-polis/x', type: 'Link', linkpath: '/etc/shadow' }],
    ['a device', 'entry-special', { path: './usr/lib/totem-polis/x', type: 'BlockDevice', devmaj: 8, devmin: 0 }],
    ['a pipe', 'entry-special', { path: './usr/lib/totem-polis/x', type: 'FIFO' }],
    ['a file that becomes root', 'entry-special', { path: './usr/lib/totem-polis/x', mode: 0o4755 }],
    ['the same name twice', 'archive-damaged', { path: './usr/lib/totem-polis/RELEASE', content: '8' }],
    ['a file where a folder is', 'archive-damaged', { path: './usr/lib/totem-polis/totem-polis/x' }],
    ['a link outside of the program', 'entry-link', { path: './etc/x', type: 'SymbolicLink', linkpath: '/' }],
  ])('signed, and inside is %s: %s', async (_what, kind, entry) => {
    await fetched(7, debOf(programOf(7, [entry])))
    expect(await order('install', 7)).toEqual(err({ kind }))
    expect(left()).toEqual(['memory.json'])
  })

  test('more than any program: a bomb is stopped while it opens', async () => {
    const deb = join(folder, 'bomb.deb')
    writeFileSync(deb, debOf(programOf(7, [{ path: './usr/lib/totem-polis/big', content: Buffer.alloc(200_000) }])))
    expect(await unpackProgram(deb, join(folder, 'out'), { room, mostBytes: 100_000 })).toEqual(
      err({ kind: 'too-large' }),
    )
    // A size that the header alone claims.
    const claims: Entry = { path: './usr/lib/totem-polis/sparse', size: 8_000_000_000 }
    writeFileSync(deb, debOf(programOf(7, [claims])))
    expect(await unpackProgram(deb, join(folder, 'out2'), { room })).toEqual(err({ kind: 'too-large' }))
  })

  test('an older list, and an older release by a good list', async () => {
    await fetched(7, undefined, {}, { sequence: 9 })
    expect(await order('install', 7)).toEqual(ok(null))
    await order('start', 7)
    count('start')
    await order('confirm', 7)
    await fetched(8, undefined, {}, { sequence: 8 })
    expect(await order('install', 8)).toEqual(err({ kind: 'list-older' }))
    await fetched(6, undefined, {}, { sequence: 10 })
    expect(await order('install', 6)).toEqual(err({ kind: 'downgrade' }))
    await fetched(7, undefined, {}, { sequence: 10 })
    expect(await order('install', 7)).toEqual(err({ kind: 'downgrade' }))
    // What the totem's user could take away does not bring an older one back.
    rmSync(join(places.releases, 'memory.json'))
    await fetched(6, undefined, {}, { sequence: 10 })
    expect(await order('install', 6)).toEqual(err({ kind: 'downgrade' }))
  })
})

test('a release key that others than root could have written counts for nothing', () => {
  const file = join(folder, 'machine.json')
  writeFileSync(file, JSON.stringify(machine), { mode: 0o644 })
  const own = statSync(file).uid
  expect(machineIn(file, own)).toMatchObject({ compatible: 'kiosk-1' })
  expect(machineIn(file, own + 1)).toBeNull()
  chmodSync(file, 0o664)
  expect(machineIn(file, own)).toBeNull()
  chmodSync(file, 0o644)
  writeFileSync(file, '{}')
  expect(machineIn(file, own)).toBeNull()
})

test('an order and its answer through the box; nobody there is told too', async () => {
  const given = giveOrder({ do: 'install', number: 7 }, places, 5_000)
  await expect.poll(() => orderIn(places)).toMatchObject({ do: 'install', number: 7 })
  const found = await orderIn(places)
  if (!found) throw new Error('no order')
  await answerOrder(found, err({ kind: 'other-machine' }), places)
  expect(await given).toEqual(err({ kind: 'other-machine' }))
  expect(await orderIn(places)).toBeNull()
  expect(await giveOrder({ do: 'start', number: 7 }, places, 300)).toEqual(err({ kind: 'unanswered' }))
})
