import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PrinterStatus } from '../../../contract/device.ts'
import type { ProfileName } from '../../../native/printer/head/profiles.ts'
import type { PrinterService, PrintProgress } from '../../../native/printer/printer.ts'
import { type Sheet, startVirtualPrinter, type VirtualPrinter } from '../../../simulator/printer/virtual-printer.ts'

type Calls = Pick<PrinterService, 'print' | 'status' | 'raster'>

/** The real printer service with the real node-hid in a process of its own, and the virtual printer behind it. */
export interface PrinterBench extends Calls {
  printer: VirtualPrinter
  progress: PrintProgress[]
  /** Statuses that the service has reported, oldest first. */
  statuses: PrinterStatus[]
  /** Resolves once the service reports this status, or at once when it was the last one. */
  until(status: PrinterStatus): Promise<void>
  /** Resolves at the next progress that matches. */
  untilProgress(matches: (progress: PrintProgress) => boolean): Promise<void>
  /** Resolves once this many sheets (of this kind) have come out. */
  untilSheets(count: number, kind?: Sheet['kind']): Promise<void>
  /** Bytes that the device process holds now, and its peak. */
  memory(): Promise<{ now: number; peak: number }>
  /** Kills the device process where it stands and starts another. */
  crash(): Promise<void>
  stop(): Promise<void>
}

export async function startPrinterBench(
  profile: ProfileName,
  { heldOutMs, ...options }: { bytesPerSecond?: number; heldOutMs?: number } = {},
): Promise<PrinterBench> {
  const outDir = await mkdtemp(join(tmpdir(), 'paper-'))
  const printer = await startVirtualPrinter({ profile, outDir, ...options })
  const events = new EventEmitter()
  const waiting = new Map<number, (value: unknown) => void>()
  const progress: PrintProgress[] = []
  const statuses: PrinterStatus[] = []
  printer.onSheet(() => events.emit('sheet'))
  let nextId = 1
  let child = start()

  function start(): ChildProcess {
    const started = fork(
      fileURLToPath(new URL('printer-process.ts', import.meta.url)),
      [profile, ...(heldOutMs ? [`${heldOutMs}`] : [])],
      {
        env: { ...process.env, ...printer.env },
        execArgv: [],
        serialization: 'advanced',
      },
    )
    started.on(
      'message',
      (message: { id: number; value: unknown; status?: PrinterStatus; progress?: PrintProgress }) => {
        if (message.status) statuses.push(message.status)
        if (message.progress) progress.push(message.progress)
        if (message.status || message.progress) events.emit('told', message.progress)
        waiting.get(message.id)?.(message.value)
      },
    )
    return started
  }

  const call = (method: string, args: unknown[]) =>
    new Promise<never>((resolve) => {
      const id = nextId++
      waiting.set(id, resolve as (value: unknown) => void)
      child.send({ id, method, args })
    })

  return {
    printer,
    progress,
    statuses,
    print: (...args) => call('print', args),
    status: () => call('status', []),
    raster: (...args) => call('raster', args),
    memory: () => call('memory', []),
    async until(status) {
      while (statuses.at(-1) !== status) await once(events, 'told')
    },
    // A listener, since two messages may come in one piece: whoever awaited each by itself would not see the second.
    untilProgress: (matches) =>
      new Promise((resolve) => {
        function hear(told: PrintProgress | undefined) {
          if (!told || !matches(told)) return
          events.off('told', hear)
          resolve()
        }
        events.on('told', hear)
      }),
    async untilSheets(count, kind) {
      while (printer.sheets.filter((sheet) => !kind || sheet.kind === kind).length < count) await once(events, 'sheet')
    },
    async crash() {
      const died = once(child, 'exit')
      child.kill('SIGKILL')
      await died
      statuses.length = 0
      child = start()
    },
    async stop() {
      const left = once(child, 'exit')
      // Killed and not asked to stop, because a device process with a stuck write could not answer.
      child.kill('SIGKILL')
      await left
      await printer.stop()
      await rm(outDir, { recursive: true, force: true })
    },
  }
}
