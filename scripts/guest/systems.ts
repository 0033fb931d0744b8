import { closeSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ownFolder } from '../../basics/temporary.ts'
import { startBench } from '../../simulator/bench/bench.ts'
import { type Guest, startGuest } from '../../simulator/guest/machine.ts'
import { provisionGuest } from '../../simulator/guest/provision.ts'
import type { Run } from '../guest.ts'
import { makeDisk } from '../image/disk.ts'
import { BOOT_MS, isReady, PANEL } from './visits.ts'

/** Two tries, and a start of the system before. */
const BACK_MS = 20 * 60_000
const STOPS_MS = 5 * 60_000

/** What a machine does with a system that is broken, and with one that was changed. */
export async function systems(run: Run): Promise<void> {
  await givesBack(run)
  await isStopped(run)
}

/** The newer of two systems never comes to its first screen: the one before takes its place, and nobody touches anything. */
async function givesBack(run: Run): Promise<void> {
  const { built, saw } = run
  const tries = { [built.good.version]: 0, [built.broken.version]: 2 }
  await onDisk(run, 'gives-back', [built.good, built.broken], tries, async (guest) => {
    const began = Date.now()
    const version = async () =>
      /roothash=(\w+)/.exec((await guest.run('/bin/cat', '/proc/cmdline')).stdout)?.[1] === built.good.rootHash
        ? built.good.version
        : built.broken.version
    await guest.up(BOOT_MS)
    saw('the newer of two systems is started', (await version()) === built.broken.version)
    const names: string[] = []
    for (;;) {
      const listed = await guest.run('/bin/ls', '/efi/EFI/Linux').catch(() => null)
      const name = listed?.stdout.split('\n').find((each) => each.startsWith(`totem-polis_${built.broken.version}`))
      if (name && names.at(-1) !== name) names.push(name)
      if (listed && (await version().catch(() => null)) === built.good.version) break
      if (Date.now() - began > BACK_MS) throw new Error(`the system before has not come back: ${names.join(', ')}`)
      // A guest that restarts answers nothing for a while.
      await guest.up(BOOT_MS)
      await delay(5_000)
    }
    await isReady(guest)
    const seconds = ((Date.now() - began) / 1000).toFixed(0)
    saw(
      'its tries are used up, and the system before serves',
      names.at(-1)?.includes('+0-2') === true,
      `${names.join(' → ')}, ${seconds} s after the first answer`,
    )
  })
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
  await onDisk(
    run,
    'is-stopped',
    [built.good],
    {},
    async (guest) => {
      for (const until = Date.now() + STOPS_MS; Date.now() < until && guest.restarts === 0; ) await delay(1_000)
      const said = guest.console()
      saw(
        'a system with one byte changed is stopped by the kernel',
        /device-mapper: verity: .*corrupted|dm-verity device corrupted/.test(said) && guest.restarts > 0,
      )
    },
    // The superblock: the first thing that is read of it.
    (disk, systemAt) => change(disk, systemAt + 1024 + 64),
  )
}

async function onDisk(
  run: Run,
  name: string,
  systems: Run['built']['good'][],
  tries: Record<string, number>,
  act: (guest: Guest) => Promise<void>,
  change: (disk: string, systemAt: number) => void = () => undefined,
): Promise<void> {
  const { built, cache, out, accelerator } = run
  const bench = await startBench({ usb: true })
  const folder = ownFolder('totem-guest')
  const disk = path.join(cache, `${name}.raw`)
  let guest: Guest | null = null
  try {
    const provisioning = path.join(folder, 'provisioning')
    provisionGuest(bench, provisioning)
    const systemAt = makeDisk({
      systems,
      tries,
      root: built.root,
      provisioning,
      work: path.join(cache, 'disk'),
      out: disk,
    })
    change(disk, systemAt)
    guest = await startGuest({ disk, folder, panel: PANEL, ...(accelerator && { accelerator }) })
    await act(guest)
  } finally {
    if (guest) writeFileSync(path.join(out, `${name}.console.log`), guest.console())
    await guest?.stop()
    await bench.stop()
    for (const made of [folder, disk]) rmSync(made, { recursive: true, force: true })
  }
}
