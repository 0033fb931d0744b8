import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ulid } from 'ulid'
import type { DeviceEvent, PrinterStatus } from '../../../contract/device.ts'
import { type Devices, superviseDevices } from '../../../main/devices/index.ts'
import { openJournal } from '../../../main/journal/journal.ts'
import { createPaper } from '../../../main/print/paper.ts'
import { openQueue } from '../../../main/queue/queue.ts'
import type { Printing } from '../../../main/visit/services.ts'
import { startVirtualPrinter, type VirtualPrinter } from '../../../simulator/printer/virtual-printer.ts'
import { certificatePdf } from './papers.ts'

// Ledger, supervisor, device process and hidraw are real. Behind them the virtual printer takes pictures of its paper.

/** Pages of the certificate that is printed here. */
export const PAGES = 3
const PROFILE = 'receipt-80'
/** Bytes a step of the mechanism: finer than any band. */
const STEP_BYTES = 32

/** The printing half of the program, from power on to power off. */
function startTotem(dir: string, printer: VirtualPrinter) {
  const queue = openQueue({ path: join(dir, 'queue.db'), now: Date.now })
  const journal = openJournal({ path: join(dir, 'journal.db'), totem: 'TT-0001', now: Date.now })
  if (!queue.ok || !journal.ok) throw new Error('no store')
  const told = new EventEmitter()
  let alive = true
  let leave: () => void = () => {}
  const killed = new Promise<null>((resolve) => {
    leave = () => resolve(null)
  })
  let status: PrinterStatus = 'absent'
  let child: ChildProcess | null = null

  const devices = superviseDevices({
    spawn() {
      const host = fork(fileURLToPath(new URL('./paper-device.ts', import.meta.url)), [PROFILE], {
        env: { ...process.env, ...printer.env },
        execArgv: [],
        serialization: 'advanced',
      })
      child = host
      return {
        post: (message) => void host.send(message as object),
        onMessage: (listener) => void host.on('message', listener),
        onExit: (listener) => void host.on('exit', (code, signal) => listener(code ?? (signal ? 9 : 0))),
        kill: () => void host.kill('SIGKILL'),
      }
    },
  })
  const call: Devices['call'] = async (method, params) => {
    const answer = await devices.call(method, params)
    return alive ? answer : new Promise(() => {})
  }
  const paper = createPaper({
    devices: { ...devices, call } as Devices,
    journal: journal.value,
    ledger: queue.value.ledger,
    sign: () => null,
  })
  paper.start()
  devices.listen({
    onEvent(event: DeviceEvent) {
      if (!alive) return
      if (event.event === 'print') paper.note(event)
      if (event.event === 'printer') {
        status = event.status
        told.emit('status')
      }
    },
    onDied: () => {},
    onStarted: () => {},
  })
  devices.start()

  /** From then on this program does nothing any more. */
  function kill() {
    alive = false
    devices.stop()
    leave()
  }
  return {
    devices,
    ledger: queue.value.ledger,
    journal: journal.value,
    /** Null: the program was killed while it printed. */
    print: (printing: Printing) => Promise.race([paper.print(printing), killed]),
    /** Resolves once the driver has seen the printer ready. */
    async ready() {
      await devices.call('printer.status', {})
      while (status !== 'ready') await once(told, 'status')
    },
    killDeviceProcess() {
      status = 'absent'
      child?.kill('SIGKILL')
    },
    kill,
    async end() {
      if (alive) kill()
      if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      queue.value.close()
      journal.value.close()
    },
  }
}

/** A totem with a printer and nothing else, and pictures of its certificate when all goes well. */
export async function startPaperBench() {
  const dir = mkdtempSync(join(tmpdir(), 'ledger-'))
  const printer = await startVirtualPrinter({ profile: PROFILE, outDir: join(dir, 'paper') })
  let totem = startTotem(dir, printer)
  const pdf = await certificatePdf(PAGES)

  async function pictures(from: number): Promise<Buffer[]> {
    await printer.settled()
    return Promise.all(printer.sheets.slice(from).map(({ path }) => readFile(path)))
  }

  await totem.ready()
  let bytes = 0
  function measure() {
    bytes += STEP_BYTES
    printer.after(STEP_BYTES, measure)
  }
  printer.after(STEP_BYTES, measure)
  const params = { job: `${ulid()}.certificate`, sheet: { kind: 'pdf', pdf } as const, fromPage: 1 }
  const good = await totem.devices.call('printer.print', params)
  if (!good.ok) throw new Error(good.error.kind)
  const whole = await pictures(0)
  if (whole.length !== PAGES) throw new Error(`${whole.length} sheets`)

  const print = (operation: string, session: string) =>
    totem.print({
      ...{ operation, document: 'certificate', session, fromPage: 1 },
      sheet: () => ({ kind: 'pdf', pdf }),
    })

  return {
    printer,
    get totem() {
      return totem
    },
    /** Bytes of the certificate, with the driver's questions in between: a fault may strike at each. */
    bytes,
    /** The pages on the sheets from number `from` (0 the first), by their pictures. Null: no whole page. */
    async paper(from: number): Promise<(number | null)[]> {
      return (await pictures(from)).map((picture) => {
        const page = whole.findIndex((one) => one.equals(picture)) + 1
        return page === 0 ? null : page
      })
    },
    print,
    /** Prints; the fault strikes after `point` bytes, or at the end of a shorter print. */
    async printUntil(point: number, strike: () => void, operation: string, session: string) {
      let struck = false
      printer.after(point, () => {
        struck = true
        strike()
      })
      const printed = await print(operation, session)
      // Otherwise the questions of an idle driver would trigger the fault later.
      printer.after(Number.POSITIVE_INFINITY, () => {})
      if (!struck) strike()
      return printed
    },
    /** Power is back. */
    async restart() {
      await totem.end()
      totem = startTotem(dir, printer)
    },
    async stop() {
      await totem.end()
      await printer.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
export type PaperBench = Awaited<ReturnType<typeof startPaperBench>>
