import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { BOOT_MS, inside, isReady } from './inside.ts'
import type { Run } from './run.ts'

/** Two tries of ten minutes and a start each, and a start of the system before. */
const BACK_MS = 45 * 60_000
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
  await inside(run, 'gives-back', { systems: [built.good, built.broken], tries }, async (guest) => {
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
  // The file system's head: the first thing that is read of it.
  const machine = { systems: [built.good], change: (disk: string, at: number) => change(disk, at + 1024 + 64) }
  await inside(run, 'is-stopped', machine, async (guest) => {
    for (const until = Date.now() + STOPS_MS; Date.now() < until && guest.restarts === 0; ) await delay(1_000)
    const stopped = /device-mapper: verity: .*corrupted|dm-verity device corrupted/.test(guest.console())
    saw('a system with one byte changed is stopped by the kernel', stopped && guest.restarts > 0)
  })
}
