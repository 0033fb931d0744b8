import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ownFolder } from '../../basics/temporary.ts'
import { startBench } from '../../simulator/bench/bench.ts'
import type { Bench, BenchOptions } from '../../simulator/bench/office.ts'
import { type Guest, startGuest } from '../../simulator/guest/machine.ts'
import { provisionGuest } from '../../simulator/guest/provision.ts'
import { makeDisk } from '../image/disk.ts'
import type { System } from '../image/system.ts'
import type { Run } from './run.ts'

/** Kind of machine of the guest. */
export const COMPATIBLE = 'kiosk-1'
const PANEL = { width: 1080, height: 1920 }
/** Emulated, and on a machine that has other work. */
export const BOOT_MS = 15 * 60_000

export interface Inside {
  systems: System[]
  /** Starts that each has left, by its version; default three. */
  tries?: Record<string, number>
  bench?: BenchOptions
  /** Ports outside → inside. */
  forwards?: Record<number, number>
  viewer?: number
  /** Changes the disk before its first start; `systemAt`: where its first system begins. */
  change?(disk: string, systemAt: number): void
}

/** Starts an office and a machine in it, and leaves nothing of either but what console and gateway have said. */
export async function inside(
  { built, cache, out }: Run,
  name: string,
  { systems, tries = {}, bench: options = {}, change, ...machine }: Inside,
  act: (guest: Guest, bench: Bench) => Promise<void>,
): Promise<void> {
  const bench = await startBench({ ...options, usb: true })
  const folder = ownFolder('totem-guest')
  const disk = path.join(cache, `${name}.raw`)
  const work = path.join(cache, 'disk')
  let guest: Guest | null = null
  try {
    const provisioning = path.join(folder, 'provisioning')
    provisionGuest(bench, provisioning, options.releases ? { ...options.releases, compatible: COMPATIBLE } : null)
    const systemAt = makeDisk({ systems, tries, root: built.root, provisioning, work, out: disk })
    change?.(disk, systemAt)
    guest = await startGuest({ disk, folder, panel: PANEL, ...machine })
    await act(guest, bench)
  } finally {
    if (guest) writeFileSync(path.join(out, `${name}.console.log`), guest.console())
    copyFileSync(path.join(bench.folder, 'logs/gateway.log'), path.join(out, `${name}.gateway.log`))
    await guest?.stop()
    await bench.stop()
    for (const made of [folder, disk, work]) rmSync(made, { recursive: true, force: true })
  }
}

/** Until systemd says that the totem is in service. */
export async function isReady(guest: Guest): Promise<void> {
  for (const until = Date.now() + BOOT_MS; ; await delay(2_000)) {
    const { stdout } = await guest.run('/bin/systemctl', 'is-active', 'totem-polis')
    if (stdout.trim() === 'active') return
    if (Date.now() > until) {
      const log = await guest.run('/bin/journalctl', '--no-pager', '-b', '-u', 'totem-polis')
      throw new Error(`the totem has not come into service: ${log.stdout.slice(-4_000)}`)
    }
  }
}
