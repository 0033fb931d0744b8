import { closeSync, linkSync, mkdirSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DAY_MS } from '../../basics/time.ts'
import { RELEASES_TYP } from '../../contract/release.ts'
import type { Bench } from '../../simulator/bench/office.ts'
import type { Guest } from '../../simulator/guest/machine.ts'
import { signList } from '../../trust/signed-list.ts'
import { BOOT_MS, inside, isReady } from './inside.ts'
import type { Later, Run } from './run.ts'

/** Some hundred megabytes in ranges by an emulated machine, and written there. */
const TAKEN_MS = 45 * 60_000
/** A minute of standing, and what a totem asks of itself. */
const PROVED_MS = 15 * 60_000
/** Three starts and their ends, and a start of the system before. */
const BACK_MS = 45 * 60_000
const STOPS_MS = 5 * 60_000
/** The other place (scripts/image/disk.ts), and sectors that are surely the middle of a system. */
const OTHER_PLACE = '/sys/class/block/vda4/stat'
const HALF_WRITTEN = 400_000

/** What a machine in service does with other systems that come over the line, and with one that was changed. */
export async function systems(run: Run): Promise<void> {
  await takesAnother(run)
  await givesBack(run)
  await isStopped(run)
}

/** A newer system comes over the line, the power goes while it is written; it is begun, and kept. */
async function takesAnother(run: Run): Promise<void> {
  const { built, saw } = run
  await offered(run, 'takes-another', built.later, async (guest, bench, standing) => {
    await until('the other place is half written', TAKEN_MS, async () => {
      const written = (await guest.run('/bin/cat', OTHER_PLACE).catch(() => null))?.stdout.trim().split(/\s+/)[6]
      return Number(written) > HALF_WRITTEN
    })
    await guest.cut()
    await guest.up(BOOT_MS)
    await isReady(guest)
    saw(
      'the power goes while the other place is written: the system in use starts, and serves',
      (await standing.runs()) === built.good.version,
      (await standing.entries()).join(' '),
    )
    await begun(guest, standing, built.later, saw)
    await isReady(guest)
    await until('it is confirmed', PROVED_MS, async () => (await standing.status()).highest === 2)
    await until(
      'its starts are no more counted',
      PROVED_MS,
      async () => !(await standing.entries()).join().includes('+'),
    )
    saw('it has proved healthy, and stays', true, (await standing.entries()).join(' '))
    await told(guest, saw, ['update.fetched', 'update.installed', 'update.restarted', 'update.confirmed'])
    await until('the gateway has heard of it', PROVED_MS, async () =>
      (await bench.gateway.rollouts()).some(({ number, facts }) => number === 2 && facts.confirmed === 1),
    )
    saw('by its heartbeat the gateway counts it as confirmed', true)
  })
}

/** A newer system never comes to its first screen: the one before takes its place, and nobody touches anything. */
async function givesBack(run: Run): Promise<void> {
  const { built, saw } = run
  await offered(run, 'gives-back', built.broken, async (guest, bench, standing) => {
    await begun(guest, standing, built.broken, saw)
    const began = Date.now()
    const names: string[] = []
    await until('the system before is back', BACK_MS, async () => {
      // A guest that restarts answers nothing for a while.
      await guest.up(BOOT_MS)
      const name = (await standing.entries()).find((each) =>
        each.startsWith(`totem-polis_${built.broken.system.version}`),
      )
      if (name && names.at(-1) !== name) names.push(name)
      return (await standing.runs()) === built.good.version
    })
    await isReady(guest)
    const seconds = ((Date.now() - began) / 1000).toFixed(0)
    saw(
      'its starts are used up, and the system before serves',
      names.at(-1)?.includes('+0-3') === true,
      `${names.join(' → ')}, ${seconds} s after its first answer`,
    )
    await told(guest, saw, ['update.rolled-back'])
    await until('the gateway has heard of it', PROVED_MS, async () =>
      (await bench.gateway.rollouts()).some(({ number, facts }) => number === 3 && facts.rolledBack === 1),
    )
    saw('by its heartbeat the gateway counts it as rolled back', true)
  })
}

interface Standing {
  /** Number of the system that runs. */
  runs(): Promise<string | undefined>
  /** Programs that the boot loader may start. */
  entries(): Promise<string[]>
  /** Marks of releases. */
  marks(): Promise<string[]>
  status(): Promise<{ running?: number; highest?: number }>
}

/** A machine in service in an office whose gateway has this system for it. */
async function offered(
  run: Run,
  name: string,
  { listed, bundle }: Later,
  act: (guest: Guest, bench: Bench, standing: Standing) => Promise<void>,
): Promise<void> {
  const { built, cache, saw } = run
  const folder = path.join(cache, 'releases')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  linkSync(bundle, path.join(folder, listed.sha256))
  const [list, releaseKey] = [path.join(cache, 'releases.jws'), path.join(cache, 'release.pub.jwk.json')]
  const { d: _, ...publicKey } = built.releaseKey
  writeFileSync(releaseKey, JSON.stringify(publicKey))
  const content = {
    ...{ sequence: 1, releases: [listed], issued: new Date().toISOString() },
    nextUpdate: new Date(Date.now() + DAY_MS).toISOString(),
  }
  writeFileSync(list, await signList(content, built.releaseKey, RELEASES_TYP))
  const tries = { [built.good.version]: 0 }
  const bench = { releases: { list, releaseKey, folder } }
  await inside(run, name, { systems: [built.good], tries, bench }, async (guest, office) => {
    const said = async (...command: [string, ...string[]]) => (await guest.run(...command)).stdout.trim()
    const standing: Standing = {
      async runs() {
        const hash = /roothash=(\w+)/.exec(await said('/bin/cat', '/proc/cmdline'))?.[1]
        return [built.good, built.later.system, built.broken.system].find(({ rootHash }) => rootHash === hash)?.version
      },
      entries: async () => (await said('/bin/ls', '/efi/EFI/Linux')).split('\n'),
      marks: async () => (await said('/bin/ls', '/var/lib/totem-polis-releases')).split('\n'),
      status: async () => JSON.parse((await said('/usr/bin/totem', 'update', 'status', '--json')) || '{}'),
    }
    await office.gateway.release(listed.number)
    await guest.up(BOOT_MS)
    await isReady(guest)
    saw('in service', (await standing.runs()) === built.good.version, (await standing.entries()).join(' '))
    await act(guest, office, standing)
  })
}

/** Until the machine has started with it, which it does by itself when nobody is there. */
async function begun(guest: Guest, standing: Standing, { system, listed }: Later, saw: Run['saw']): Promise<void> {
  const began = Date.now()
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(0)} s`
  await until('it is written', TAKEN_MS, async () => (await standing.marks()).includes(`system-${listed.number}`))
  saw(
    'a system comes over the line, and RAUC writes it into the other place',
    true,
    `${listed.bytes} bytes, ${seconds()}`,
  )
  const before = guest.restarts
  await until('the machine restarts', TAKEN_MS, async () => guest.restarts > before)
  await guest.up(BOOT_MS)
  saw(
    'the machine restarts with it when nobody is there, on trial',
    (await standing.runs()) === system.version,
    (await standing.entries()).join(' '),
  )
}

/** The sync log says so. */
async function told(guest: Guest, saw: Run['saw'], events: readonly string[]): Promise<void> {
  const { stdout } = await guest.run('/usr/bin/totem', 'journal', 'tail', '--json', '--lines', '200')
  const missing = events.filter((event) => !stdout.includes(`"${event}"`))
  saw(`the sync log says ${events.join(', ')}`, missing.length === 0, missing.join(', '))
}

async function until(what: string, withinMs: number, done: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + withinMs; ; await delay(3_000)) {
    if (await done().catch(() => false)) return
    if (Date.now() > end) throw new Error(`not within ${withinMs / 60_000} minutes: ${what}`)
  }
}

/** One byte of the system is another. */
async function isStopped(run: Run): Promise<void> {
  const { built, saw } = run
  const change = (disk: string, at: number) => {
    const file = openSync(disk, 'r+')
    const byte = Buffer.alloc(1)
    readSync(file, byte, 0, 1, at)
    writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at)
    closeSync(file)
  }
  // The file system's head: the first thing that is read of it.
  const machine = { systems: [built.good], change: (disk: string, at: number) => change(disk, at + 1024 + 64) }
  await inside(run, 'is-stopped', machine, async (guest) => {
    for (const until = Date.now() + STOPS_MS; Date.now() < until && guest.restarts === 0; ) await delay(1_000)
    const stopped = /device-mapper: verity: .*corrupted|dm-verity device corrupted/.test(guest.console())
    saw('a system with one byte changed is stopped by the kernel', stopped && guest.restarts > 0)
  })
}
