import type { ElectronApplication } from 'playwright-core'
import type { Stage } from '../../../scripts/stage.ts'
import { startBench } from '../../../simulator/bench/bench.ts'
import { type Display, startDisplay } from '../../../simulator/bench/display.ts'
import { driveTotem, writeLauncher } from '../../../simulator/bench/launch.ts'
import type { Bench, BenchOptions } from '../../../simulator/bench/office.ts'
import { watchDisk } from '../disk/totem-disk.ts'
import { migratedDatabase } from '../gateway/database.ts'

/** A bench, its totem in a real, sandboxed Electron, and a watch over the totem's disk. */
export interface ElectronTotem {
  bench: Bench
  disk: ReturnType<typeof watchDisk>
  app(): ElectronApplication
  /** The totem's main process. */
  pid(): number
  /** Starts the totem (again) on the same data. */
  start(): Promise<void>
  /** Ends it as a power cut does. */
  kill(): Promise<void>
  /** Ends totem and bench. Throws where the disk held something personal. */
  close(): Promise<void>
}

/** `staged`: what scripts/stage.ts laid out. The totem itself is started by `start()`. */
export async function electronTotem(staged: Stage, options: BenchOptions = {}): Promise<ElectronTotem> {
  // No pace: these tests look at the order of things, not at the speed of a HID link.
  const bench = await startBench({
    printerBytesPerSecond: 2_000_000,
    ...(!options.databaseUrl && { database: await migratedDatabase() }),
    ...options,
    timings: { goodbyeMs: 1_000, lineProbeMs: 1_000, ...options.timings },
  })
  const disk = watchDisk(bench.totem.folder)
  let display: Display | null = null
  let app: ElectronApplication | null = null
  const running = () => {
    if (!app) throw new Error('the totem is not running')
    return app
  }
  const pid = () => running().process().pid ?? 0
  return {
    bench,
    disk,
    app: running,
    pid,
    async start() {
      display ??= await startDisplay(bench.totem.config.panel)
      app = await driveTotem(writeLauncher(bench, staged, { DISPLAY: display.name }), staged)
      bench.electronPid = pid()
      await app.firstWindow()
    },
    async kill() {
      const main = running().process()
      const gone = new Promise((resolve) => main.once('exit', resolve))
      process.kill(pid(), 'SIGKILL')
      await gone
      await disk.look()
    },
    async close() {
      await app?.close().catch(() => {})
      await display?.stop()
      await disk.look()
      await bench.stop()
      await disk.clean()
    },
  }
}
