// More than 400 lines: one machine, installed once, in which all of it is tried.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { load } from 'js-yaml'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ownFolder } from '../../basics/temporary.ts'
import { DAY_MS } from '../../basics/time.ts'
import type { TotemConfig } from '../../contract/config.ts'
import { RELEASES_TYP } from '../../contract/release.ts'
import { makeDeb } from '../../scripts/deb.ts'
import { makePackage, type Packaged } from '../../scripts/package.ts'
import { startBench } from '../../simulator/bench/bench.ts'
import { startDisplay } from '../../simulator/bench/display.ts'
import type { Bench } from '../../simulator/bench/office.ts'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { jwkPair } from '../../simulator/pki/jwk.ts'
import { type IppPrinter, startIppPrinter } from '../../simulator/printer/ipp-printer.ts'
import { answerTo, walksToSummary } from '../../simulator/visitor/index.ts'
import { handsAt, visitorAt } from '../../simulator/visitor/visitor.ts'
import { signList } from '../../trust/signed-list.ts'
import { bareDebian } from '../support/machine/debian.ts'
import { type Machine, startMachine } from '../support/machine/machine.ts'
import { PKI } from '../support/pki.ts'

// `npm run package:test`: the package as a technician installs it, on a bare Debian, and the totem in it on a panel.
// Its readers are the bench's behind pcscd's own socket; nothing of the package knows that it is on a bench.

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const DEPENDS = /^Depends: (.*)$/m.exec(read('assets/system/debian/control'))?.[1]?.split(', ') ?? []
const USER = 'totem-polis'
/** A fuse's state in the binary: the characters 0 and 1. */
const [OFF, ON] = [0x30, 0x31]
const PROGRAM = '/usr/lib/totem-polis/totem-polis'
const SYSTEM = '/usr/libexec/totem-polis'
const RELEASES = '/var/lib/totem-polis-releases'
const UPDATER = 'totem-polis-update'
/** Numbers of the package's own program, and of releases that follow. */
const [BROUGHT, BETTER, BROKEN] = [7, 8, 9]
/** cage's own output where there is no panel. */
const OUTPUT = { width: 1280, height: 720 }

let work: string
let packed: Packaged
let machine: Machine
let bench: Bench
let printer: IppPrinter
const running: ChildProcess[] = []

beforeAll(async () => {
  work = ownFolder('totem-package')
  chmodSync(work, 0o755)
  packed = await makePackage({ out: join(work, 'one'), testTrust: true, release: BROUGHT, level: 1 })
  bench = await startBench({ timings: { goodbyeMs: 1_000, lineProbeMs: 1_000 } })
  const tls = { certificate: join(PKI, 'gateway.cert.pem'), key: join(PKI, 'gateway.key.pem') }
  printer = await startIppPrinter({ tls })
  machine = await startMachine(bareDebian(DEPENDS))
  copyFileSync(packed.deb, join(work, 'totem.deb'))
}, 1_800_000)
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await machine?.stop()
  await printer?.stop()
  await bench?.stop()
  rmSync(work, { recursive: true, force: true })
})

/** As a technician, root. */
async function works(...command: [string, ...string[]]) {
  const { code, stdout, stderr } = await machine.run(...command)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

describe('on a bare Debian with what the package names', () => {
  test('dpkg installs it', async () => {
    await works('dpkg', '--install', join(work, 'totem.deb'))
    expect(await works('id', '--name', '--groups', USER)).toMatch(
      /^totem-polis( (audio|video|input|render|tss|totem-polis-update)){6}\n$/,
    )
    expect(await works('stat', '-c', '%A %U %G', '/etc/totem-polis', '/var/lib/totem-polis')).toBe(
      'drwxrwx--- root totem-polis\ndrwx------ totem-polis totem-polis\n',
    )
    // What runs belongs to a user of its own, and the totem's box to both.
    expect(await works('stat', '-c', '%A %U %G', RELEASES, '/var/lib/totem-polis-update')).toBe(
      'drwxr-xr-x totem-polis-update totem-polis-update\ndrwxrws--- totem-polis totem-polis-update\n',
    )
    expect(await works('systemctl', 'is-enabled', 'totem-polis', 'totem-polis-update.path', 'seatd')).toBe(
      'enabled\nenabled\nenabled\n',
    )
  })

  test('every library that it links is there', async () => {
    expect(await works('ldd', PROGRAM)).not.toContain('not found')
  })

  test('nothing in it becomes root, and its fuses are those of the configuration', async () => {
    expect(await works('find', '/usr/lib/totem-polis', '-perm', '/6000')).toBe('')
    const require = createRequire(createRequire(import.meta.url).resolve('app-builder-lib/package.json'))
    const { getCurrentFuseWire, FuseV1Options } = require('@electron/fuses')
    const wire = await getCurrentFuseWire(join(work, 'one/deb', PROGRAM))
    const { electronFuses } = load(read('electron-builder.yml')) as { electronFuses: Record<string, boolean> }
    const fuses = Object.entries(electronFuses).map(([name, on]) => ({
      name,
      wanted: on ? ON : OFF,
      is: wire[FuseV1Options[`${name[0]?.toUpperCase()}${name.slice(1)}`]],
    }))
    // An older Electron has fewer.
    const present = fuses.filter(({ is }) => is !== undefined)
    expect(present.length).toBeGreaterThanOrEqual(7)
    expect(present.filter(({ wanted, is }) => wanted !== is)).toEqual([])
  })

  test('its command line answers without a totem', async () => {
    expect(await works('totem', '--help')).toMatch(/^totem card read[\s\S]*totem verify/m)
    // Half a second on a machine with nothing else to do: of the processor's time, a busy one has no more.
    const timed = await works('bash', '-c', 'TIMEFORMAT="%R %U %S"; { time totem --help >/dev/null; } 2>&1')
    const [seconds = 9, user = 9, system = 9] = timed.trim().split(' ').map(Number)
    console.log(`totem --help: ${seconds} s, ${user + system} s of the processor`)
    expect(user + system).toBeLessThan(1)
    expect(await machine.run('totem', 'simulator', 'card')).toMatchObject({ code: 64 })
  })
})

/** The bench's provisioning as the technician lays it down: no bench in it, and a printer of the office. */
async function provision(change: Partial<TotemConfig> = {}): Promise<void> {
  const { folder, config } = bench.totem
  const { gateway } = config
  const provisioned = {
    ...config,
    panel: { mmPerPixel: 0.47, bottomMm: config.panel.bottomMm },
    printer: { profile: 'a4-office', uri: printer.uri, ca: gateway.ca },
    sound: null,
    bench: null,
    ...change,
  }
  const file = join(work, 'totem.json')
  writeFileSync(file, JSON.stringify(provisioned))
  await works('install', '-m', '640', '-g', USER, file, '/etc/totem-polis/totem.json')
  await works('chown', '-R', `${USER}:${USER}`, folder)
  await works('ln', '-sf', bench.pcscd.socket, '/run/pcscd/pcscd.comm')
}

describe('provisioned', () => {
  beforeAll(() => provision())

  test('the technician logs in with a card: the CRLs that the totem has are found', async () => {
    await bench.insertCard('mario-rossi')
    const answer = JSON.parse(await works('totem', 'card', 'login', '--pin', DEFAULT_PIN, '--json'))
    expect(answer.holder).toMatchObject({ apdus: 15, revocation: 'good' })
    await bench.removeCard()
  })

  test('the readiness report comes out of the printer', async () => {
    const { stdout, stderr } = await machine.run('totem', 'print', 'readiness', '--json')
    const { printed, checks } = JSON.parse(stdout || stderr)
    expect(printed).toBe(true)
    expect(checks.find(({ key }: { key: string }) => key === 'reader')).toMatchObject({ outcome: 'ok' })
  })
})

/** A unit's socket; Node has no Unix datagrams. */
const SYSTEMD = `
import socket, sys, os
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print('listening', flush=True)
while True:
    data, fds, _, _ = socket.recv_fds(s, 4096, 4)
    for fd in fds: os.close(fd)
    print(data.decode(), flush=True)
`

/** What the program says to systemd. */
async function supervisor() {
  const socket = join(work, 'notify')
  rmSync(socket, { force: true })
  const said: string[] = []
  const python = spawn('python3', ['-c', SYSTEMD, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(python)
  createInterface(python.stdout).on('line', (line) => said.push(line))
  await vi.waitFor(() => expect(said).toContain('listening'), 10_000)
  return { said, env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '3000000' } }
}

/** Starts a totem and joins its debugger, which the builds for a bench alone leave open. */
async function start(env: Record<string, string>, program: string, ...args: string[]) {
  const child = machine.as(USER, { LANG: 'C.UTF-8', DBUS_SESSION_BUS_ADDRESS: 'disabled:', ...env }, program, ...args)
  running.push(child)
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface(stream).on('line', (line) => lines.push(line))
  const address = await vi.waitFor(
    () => {
      const found = /DevTools listening on (ws:\S+)/.exec(lines.join('\n'))?.[1]
      if (!found) throw new Error(lines.join('\n'))
      return found
    },
    { timeout: 60_000, interval: 100 },
  )
  const browser = await chromium.connectOverCDP(address)
  return { lines, browser, visitor: visitorAt(appOf(browser)) }
}

const appOf = (browser: Browser) => ({ windows: () => browser.contexts().flatMap((context) => context.pages()) })

/** Stops every totem of the machine, as a power cut does. */
async function cut() {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  await machine.run(
    'sh',
    '-c',
    'for p in $(ls /proc | grep -E "^[0-9]+$"); do [ "$p" -gt 1 ] && [ "$(stat -c %U /proc/$p 2>/dev/null)" = totem-polis ] && kill -9 $p; done; true',
  )
}

/** A totem on an X display of its own, until it shows something: whatever that is. Both end with the test, however that ends. */
async function onDisplay(program: string): Promise<void> {
  const display = await startDisplay({ width: 1080, height: 1920 })
  onTestFinished(() => display.stop())
  onTestFinished(cut)
  const env = { DISPLAY: display.name, HOME: '/var/lib/totem-polis' }
  const { browser, visitor } = await start(
    env,
    ...([program, '--ozone-platform=x11', '--disable-gpu', '--remote-debugging-port=0'] as const),
  )
  onTestFinished(() => browser.close().catch(() => undefined))
  await visitor.screen()
}

describe('on a panel, by cage', () => {
  const RUNTIME = `/run/${USER}`
  const wayland = {
    XDG_RUNTIME_DIR: RUNTIME,
    WLR_BACKENDS: 'headless',
    WLR_LIBINPUT_NO_DEVICES: '1',
    WLR_RENDERER: 'pixman',
  }
  const kiosk = ['--ozone-platform=wayland', '--disable-gpu', '--remote-debugging-port=0']
  beforeAll(async () => void (await works('install', '-d', '-m', '700', '-o', USER, RUNTIME)))
  afterAll(cut)

  /** The panel as a person sees it. */
  async function picture(name: string): Promise<{ width: number; height: number }> {
    const file = `/tmp/${work.split('/').at(-1)}/shots/${name}.png`
    const out = process.env.TOTEM_PICTURES
    mkdirSync(join(work, 'shots'), { recursive: true, mode: 0o777 })
    chmodSync(join(work, 'shots'), 0o777)
    const grim = machine.as(USER, { XDG_RUNTIME_DIR: RUNTIME, WAYLAND_DISPLAY: 'wayland-0' }, 'grim', file)
    expect(await new Promise((resolve) => grim.on('exit', resolve))).toBe(0)
    if (out) copyFileSync(file, join(out, `${name}.png`))
    const png = readFileSync(file)
    return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
  }

  test('a whole visit in the production bundle, on an upright panel, with the paper out of the office’s printer', async () => {
    const systemd = await supervisor()
    const env = { ...wayland, ...systemd.env }
    const { browser, visitor } = await start(env, 'cage', '-d', '-r', '--', PROGRAM, ...kiosk)
    await visitor.sees('attract')
    await vi.waitFor(() => expect(systemd.said).toContain('READY=1'), 30_000)
    // A quarter turn: the display's size is what the compositor made of it.
    expect(await visitor.page().evaluate(() => ({ width: innerWidth, height: innerHeight }))).toEqual({
      width: OUTPUT.height,
      height: OUTPUT.width,
    })
    await expect.poll(() => visitor.screen(), { timeout: 30_000 }).toMatchObject({ screen: 'attract', printing: true })
    expect(await visitor.page().getByText(visitor.says('product.test')).isVisible()).toBe(true)
    expect(await picture('attract')).toEqual({ width: OUTPUT.height, height: OUTPUT.width })

    const person = { ...visitor, ...handsAt(bench, 'anna-bianchi') }
    // The walk lays the card itself, once: one that is laid before it would be laid again while `card` still stands there.
    await walksToSummary(person)
    await picture('summary')
    await answerTo(await visitor.sees('sheet'))?.(person)
    expect(await visitor.sees('done')).toMatchObject({ outcome: 'printed' })
    expect(await printer.documents()).not.toEqual([])
    expect((await bench.gateway.operations()).filter(({ state }) => state === 'issued')).toHaveLength(1)
    expect(systemd.said.filter((line) => line === 'WATCHDOG=1').length).toBeGreaterThan(1)

    // A page that draws no more: systemd hears nothing, and ends it.
    await machine.run(
      'sh',
      '-c',
      'for p in $(grep -la -- --type=[r]enderer /proc/[0-9]*/cmdline); do kill -STOP "$(echo $p | cut -d/ -f3)"; done',
    )
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const before = systemd.said.length
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(systemd.said.length).toBe(before)
    await cut()
    await browser.close().catch(() => undefined)
    await bench.removeCard()
  }, 400_000)
})

describe('a second release', () => {
  const asUpdater = ['setpriv', `--reuid=${UPDATER}`, `--regid=${UPDATER}`, '--clear-groups'] as const
  const signer = jwkPair('sig')
  let folder: string
  let unit: ChildProcess

  beforeAll(async () => {
    folder = join(work, 'stick')
    mkdirSync(folder)
    const { public: releaseKey, private: key } = await signer
    writeFileSync(join(folder, 'machine.json'), JSON.stringify({ releaseKey, compatible: 'kiosk-1' }))
    await works('install', '-m', '644', join(folder, 'machine.json'), '/etc/totem-polis-update.json')
    const releases = [BETTER, BROKEN].map((number) => {
      const deb = join(folder, `${number}.deb`)
      const program = join(work, `program-${number}`)
      cpSync(packed.program, program, { recursive: true })
      if (number === BROKEN) writeFileSync(join(program, 'resources/app.asar'), 'signed, and no program')
      const { version, thirdParty } = { version: `0.1.${number}`, thirdParty: join(work, 'one/dist/THIRD-PARTY.txt') }
      const frame = { program, thirdParty, version, release: number, released: '2026-11-30', level: 1 }
      makeDeb({ ...frame, work: join(work, `deb-${number}`), deb })
      const bytes = readFileSync(deb)
      return {
        ...{ number, version, compatible: 'kiosk-1', over: 0, bytes: bytes.length },
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }
    })
    const list = {
      ...{ sequence: 1, releases, issued: new Date().toISOString() },
      nextUpdate: new Date(Date.now() + DAY_MS).toISOString(),
    }
    writeFileSync(join(folder, 'releases.jws'), await signList(list, key, RELEASES_TYP))
    // What totem-polis-update.path and its service do.
    const waiting = 'while :; do [ -e /var/lib/totem-polis-update/order.json ] && "$@"; sleep 0.2; done'
    unit = machine.as('root', {}, 'sh', '-c', waiting, 'sh', ...asUpdater, 'totem', 'update', 'carry-out')
  }, 300_000)
  afterAll(() => unit.kill('SIGKILL'))

  const status = async () => JSON.parse(await works('totem', 'update', 'status', '--json'))
  const install = (number: number) => works('totem', 'update', 'install', join(folder, `${number}.deb`))
  /** What the unit does before each start, and its start. */
  async function begin(): Promise<string> {
    await works(...asUpdater, `${SYSTEM}/count-start`, 'start')
    return works('readlink', '-f', `${RELEASES}/current/totem-polis`)
  }

  test('from a stick: installed beside, begun, healthy on the panel, and confirmed by itself', async () => {
    expect(await status()).toMatchObject({ running: BROUGHT, trial: null })
    expect(await install(BETTER)).toContain('Installata la versione 0.1.8 (8)')
    // The totem's own user puts nothing in its place.
    const own = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--init-groups', 'touch'] as const
    expect((await machine.run(...own, `${RELEASES}/${BETTER}/resources/app.asar`)).code).not.toBe(0)
    expect((await machine.run(...own, `${RELEASES}/x`)).code).not.toBe(0)
    expect(await begin()).toBe(`${RELEASES}/${BETTER}/totem-polis\n`)
    expect(await status()).toMatchObject({ running: BETTER, trial: { tries: 2 } })

    await onDisplay(`${SYSTEM}/run-program`)
    await expect.poll(status, { timeout: 150_000, interval: 2_000 }).toMatchObject({ trial: null, highest: BETTER })
    const log = await works('totem', 'journal', 'tail', '--json')
    expect(log).toMatch(/update\.restarted[\s\S]*update\.confirmed/)
  }, 300_000)

  test('that does not start is thrown out after three starts, and the one before is back', async () => {
    await install(BROKEN)
    for (let starts = 0; starts < 3; starts++) {
      expect(await begin()).toBe(`${RELEASES}/${BROKEN}/totem-polis\n`)
      expect((await machine.run(...asUpdater, 'timeout', '20', `${SYSTEM}/run-program`)).code).not.toBe(0)
      await works('env', 'SERVICE_RESULT=exit-code', ...asUpdater, `${SYSTEM}/count-start`, 'ended')
    }
    expect(await begin()).toBe(`${RELEASES}/${BETTER}/totem-polis\n`)
    expect(await status()).toMatchObject({ running: BETTER, trial: null, failed: { [BROKEN]: 'exit-code' } })
    const again = await machine.run('totem', 'update', 'install', join(folder, `${BROKEN}.deb`))
    expect(again.stderr).toContain('è già stata provata qui e non funzionava')
  }, 120_000)

  test('gives way to a package that brings a newer one', async () => {
    await works('sh', '-c', `echo 10 >/usr/lib/totem-polis/RELEASE; /var/lib/dpkg/info/totem-polis.postinst configure`)
    expect(await status()).toMatchObject({ running: 10, trial: null })
  })
})

test('on an X display, as an ordinary user with the sandbox on', async () => {
  await onDisplay(PROGRAM)
  const walls = await works(
    'sh',
    '-c',
    'for p in $(grep -la -- --type=[r]enderer /proc/[0-9]*/cmdline | cut -d/ -f3); do grep -E "^(Seccomp|NoNewPrivs):" /proc/$p/status; readlink /proc/$p/ns/user; done; readlink /proc/1/ns/user',
  )
  expect(walls).toMatch(/NoNewPrivs:\t1\nSeccomp:\t2\n/)
  const spaces = [...walls.matchAll(/^user:.*$/gm)].map(([space]) => space)
  // Its renderers are in a user namespace of their own.
  expect(new Set(spaces).size).toBe(2)
})

test('the same sources make the same package, byte for byte', async () => {
  const again = await makePackage({ out: join(work, 'two'), testTrust: true, release: BROUGHT, level: 1 })
  const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')
  expect(sha256(again.deb)).toBe(sha256(packed.deb))
  expect(readdirSync(join(work, 'two/linux-unpacked/locales')).sort()).toEqual([
    'de.pak',
    'en-US.pak',
    'fr.pak',
    'it.pak',
    'sl.pak',
  ])
}, 300_000)
