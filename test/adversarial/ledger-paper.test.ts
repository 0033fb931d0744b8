import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ulid } from 'ulid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DeviceEvent, PrinterStatus } from '../../contract/device.ts'
import { type Devices, superviseDevices } from '../../main/devices/index.ts'
import { type Journal, openJournal } from '../../main/journal/journal.ts'
import { openQueue, type Queue } from '../../main/queue/queue.ts'
import { createPaper } from '../../main/services/paper.ts'
import type { Printing } from '../../main/session/services.ts'
import { startVirtualPrinter, type VirtualPrinter } from '../../simulator/printer/virtual-printer.ts'
import { certificatePdf } from '../golden/papers.ts'

// Supervisor, device process, hidraw, ledger: all real. What the ledger says is held against pictures of the paper.

const PAGES = 3
const PROFILE = 'receipt-80'

let dir: string
let printer: VirtualPrinter
let queue: Queue
let journal: Journal
let devices: Devices
let child: ChildProcess
let status: PrinterStatus
let paper: ReturnType<typeof createPaper>
let pdf: string
/** Resolves when the program is killed: from then on nothing of it happens any more. */
let killed: Promise<null>
let kill: () => void
let alive: boolean
const events = new EventEmitter()

function startTotem() {
  const openedQueue = openQueue({ path: join(dir, 'queue.db'), now: Date.now })
  const openedJournal = openJournal({ path: join(dir, 'journal.db'), totem: 'TT-0001', now: Date.now })
  if (!openedQueue.ok || !openedJournal.ok) throw new Error('no store')
  queue = openedQueue.value
  journal = openedJournal.value
  status = 'absent'
  killed = new Promise((resolve) => {
    kill = () => resolve(null)
  })
  alive = true
  const started = superviseDevices({
    spawn() {
      const host = fork(fileURLToPath(new URL('./ledger-device.ts', import.meta.url)), [PROFILE], {
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
    onEvent(event: DeviceEvent) {
      if (!alive) return
      if (event.event === 'print') paper.note(event)
      if (event.event === 'printer') {
        status = event.status
        events.emit('status')
      }
    },
    onDied: () => {},
    onStarted: () => {},
  })
  devices = started
  const call: Devices['call'] = async (method, params) => {
    const answer = await started.call(method, params)
    return alive ? answer : new Promise(() => {})
  }
  paper = createPaper({
    devices: { ...started, call } as Devices,
    journal,
    ledger: queue.ledger,
    place: { totem: 'TT-0001', office: 'Spello' },
    sign: () => null,
    keepMs: 0,
    now: () => new Date(),
  })
}
async function endTotem() {
  const left = once(child, 'exit')
  devices.stop()
  await left
  queue.close()
  journal.close()
}
async function ready() {
  while (status !== 'ready') await once(events, 'status')
}
const pictures = async (from: number) => {
  await printer.settled()
  return Promise.all(printer.sheets.slice(from).map(({ path }) => readFile(path)))
}
const certificate = (session: string, operation: string): Printing => ({
  ...{ document: 'certificate', language: 'it', session, fromPage: 1 },
  outcome: { operation, types: ['8'], protocol: '1', idOperazioneAnpr: '1', issuedAt: new Date().toISOString(), pdf },
})

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ledger-'))
  printer = await startVirtualPrinter({ profile: PROFILE, outDir: join(dir, 'paper') })
  pdf = (await certificatePdf(PAGES)).toString('base64')
  startTotem()
  await ready()
})
afterEach(async () => {
  if (alive) await endTotem()
  await printer.stop()
  rmSync(dir, { recursive: true, force: true })
})

type Fault = { strike(): void; clear(): void | Promise<void> }
/** The next visit begins where the program was killed: the citizen's visit ended with it. */
const faults: Record<string, { fault: () => Fault; times: number; sameVisit: boolean }> = {
  'paper out': {
    ...{ times: 8, sameVisit: true },
    fault: () => ({ strike: () => printer.setPaper('out'), clear: () => printer.setPaper('ok') }),
  },
  'cover open': {
    ...{ times: 8, sameVisit: true },
    fault: () => ({ strike: () => printer.setCover(true), clear: () => printer.setCover(false) }),
  },
  'jam, kept for a later visit': {
    ...{ times: 6, sameVisit: false },
    fault: () => ({ strike: () => printer.setError('jam'), clear: () => printer.setError('none') }),
  },
  // Few: each death makes the supervisor wait twice as long.
  'device process killed': {
    ...{ times: 3, sameVisit: true },
    fault: () => ({
      strike() {
        status = 'absent'
        child.kill('SIGKILL')
      },
      clear: () => {},
    }),
  },
  'program killed with its device process': {
    ...{ times: 6, sameVisit: false },
    fault: () => ({
      strike: () => {
        alive = false
        devices.stop()
        kill()
      },
      async clear() {
        queue.close()
        journal.close()
        startTotem()
      },
    }),
  },
}

test.each(Object.entries(faults))(
  '%s at random points of a certificate: the ledger tells the truth about the paper',
  async (_, { fault, times, sameVisit }) => {
    const sheet = { kind: 'pdf', pdf: Buffer.from(pdf, 'base64') } as const
    const good = await devices.call('printer.print', { job: `${ulid()}.certificate`, sheet, fromPage: 1 })
    if (!good.ok) throw new Error(good.error.kind)
    const pages = await pictures(0)
    expect(pages).toHaveLength(PAGES)
    const isWhole = (picture: Buffer) => pages.some((page) => page.equals(picture))

    for (let round = 0; round < times; round++) {
      const [operation, session] = [ulid(), ulid()]
      const before = printer.sheets.length
      const { strike, clear } = fault()
      let struck = false
      printer.after(Math.ceil(Math.random() * good.value.bytes), () => {
        struck = true
        strike()
      })
      const printed = await Promise.race([paper.print(certificate(session, operation)), killed])
      if (!struck) strike()
      await clear()
      await ready()
      const whole = (await pictures(before)).filter(isWhole).length
      const sheets = queue.ledger.sheets(operation)
      const counted = sheets.filter(({ state }) => state === 'acknowledged').length
      const doubtful = sheets.filter((sheet) => sheet.state === 'void' && sheet.perhapsPrinted).length
      expect(counted).toBeLessThanOrEqual(whole)
      expect(whole).toBeLessThanOrEqual(counted + doubtful)
      if (printed?.ok) expect(counted).toBe(PAGES)

      const visit = sameVisit ? session : ulid()
      if (!printed?.ok || !sameVisit) {
        expect(await paper.print(certificate(visit, operation))).toEqual({ ok: true, value: { pages: PAGES } })
      }
      const out = (await pictures(before)).filter(isWhole)
      expect(new Set(out.map((picture) => pages.findIndex((page) => page.equals(picture))))).toHaveLength(PAGES)
      // A page that came out twice came out as a reprint.
      if (out.length > PAGES)
        expect(queue.ledger.reprinted({ operation, document: 'certificate', session: visit })).toBe(true)
    }
    expect(journal.verify().ok).toBe(true)
  },
)
