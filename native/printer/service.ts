import { setTimeout as pause } from 'node:timers/promises'
import type { DeviceEvent, DeviceResult, PrinterStatus, PrintFailure, PrintSheet } from '../../contract/device.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { concat, processId, processIdOf, recovery, statusRequest } from './escpos.ts'
import { hidraw } from './hid.ts'
import { loadPdfium, openPdf, type Pdf } from './pdf.ts'
import { type ProfileName, profiles } from './profiles.ts'
import { pageBands } from './raster.ts'
import { receiptBands } from './receipt.ts'
import { canPrint, printerStatusOf, rawStatus } from './status.ts'
import { createTransport } from './transport.ts'

export type PrintProgress = Extract<DeviceEvent, { event: 'print' }>

export interface PrinterServiceOptions {
  profile: ProfileName
  /** Told at the start and at each change. */
  onStatus(status: PrinterStatus): void
  onProgress(event: PrintProgress): void
}

export interface PrinterService {
  /**
   * Prints from page `fromPage` (from 1) and resolves when the printer has acknowledged the last page. On a fault it
   * answers at once, with the first page that is void; it never prints anything again by itself.
   */
  print(job: string, sheet: PrintSheet, fromPage: number): Promise<Result<DeviceResult<'printer.print'>, PrintFailure>>
  /** Asked of the printer now; while a job runs, what was last seen. */
  status(): Promise<PrinterStatus>
  /** One page of a PDF as grey pixels, `width` wide, for the screen. */
  raster(pdf: Uint8Array, page: number, width: number): Promise<Result<DeviceResult<'pdf.raster'>, PrintFailure>>
  stop(): Promise<void>
}

// Often enough that a screen says "paper is back" while the technician still stands there.
const POLL_MS = 1000
// A printer's interrupt handler answers a real-time request within some milliseconds, or never: the rest is for a busy host.
const STATUS_TIMEOUT_MS = 2000
const READ_MS = 50
// Longest honest silence: an A4 of blank feed at 80 mm/s, then cut and presentation, with time to spare.
const ACKNOWLEDGE_TIMEOUT_MS = 15_000
/** While waiting for an acknowledgement the status is asked this often: a fault is on the screen within half a second. */
const WATCH_MS = 400

type Fault = { kind: 'fault'; status: PrinterStatus }

/** The printer of this totem: one owner, one thing at a time, watched also when nobody prints. */
export function createPrinterService(options: PrinterServiceOptions): PrinterService {
  const profile = profiles[options.profile]
  const transport = createTransport(hidraw, profile)
  let known: PrinterStatus | null = null
  /** False after a question that went unanswered: its late answer must not be taken for the next one's. */
  let inStep = false
  /** The printer is known to be at the start of a command and of a sheet. */
  let recovered = false
  let printing = false
  let requests = 0
  let printed = new Set<string>()
  let statusBytes: number[] = []
  let turn: Promise<unknown> = Promise.resolve()
  const stopping = new AbortController()

  /** Everything that touches the device goes through here, one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  function tell(status: PrinterStatus): PrinterStatus {
    if (status !== known) {
      known = status
      options.onStatus(status)
    }
    return status
  }

  const fault = (status: PrinterStatus) => err<Fault>({ kind: 'fault', status })
  const lost = (kind: 'absent' | 'stuck') => fault(kind === 'absent' ? 'absent' : 'offline')

  async function listen(timeoutMs: number): Promise<Result<boolean, Fault>> {
    const heard = await transport.receive(timeoutMs)
    if (!heard.ok) return lost(heard.error.kind)
    for (const answer of heard.value) {
      if (answer.kind === 'status') statusBytes.push(answer.byte)
      else printed.add(answer.id)
    }
    return ok(heard.value.length > 0)
  }

  async function ask(): Promise<Result<PrinterStatus, Fault>> {
    const deadline = Date.now() + STATUS_TIMEOUT_MS
    while (!inStep && Date.now() < deadline) {
      const heard = await listen(READ_MS)
      if (!heard.ok) return heard
      inStep = !heard.value
    }
    statusBytes = []
    const sent = await transport.send(statusRequest)
    if (!sent.ok) return lost(sent.error.kind)
    while (Date.now() < deadline) {
      const heard = await listen(READ_MS)
      if (!heard.ok) return heard
      const [printer, offline, error, paper] = statusBytes
      if (printer === undefined || offline === undefined || error === undefined || paper === undefined) continue
      return ok(printerStatusOf(rawStatus([printer, offline, error, paper])))
    }
    inStep = false
    return fault('offline')
  }

  /** Sends commands and a process id; returns the id that the printer will answer with once they are done. */
  async function sendWithId(commands: Uint8Array): Promise<Result<string, Fault>> {
    const id = processIdOf(requests++)
    const sent = await transport.send(concat([commands, processId(id)]))
    return sent.ok ? ok(id) : lost(sent.error.kind)
  }

  /** Resolves when the printer has said that everything up to `id` is printed. */
  async function acknowledged(id: string): Promise<Result<void, Fault>> {
    const deadline = Date.now() + ACKNOWLEDGE_TIMEOUT_MS
    let askAt = Date.now() + WATCH_MS
    while (!printed.has(id)) {
      const heard = await listen(READ_MS)
      if (!heard.ok) return heard
      if (Date.now() > deadline) return fault('offline')
      if (Date.now() < askAt) continue
      const asked = await ask()
      if (!asked.ok) return asked
      if (!canPrint(asked.value)) return fault(asked.value)
      askAt = Date.now() + WATCH_MS
    }
    printed.delete(id)
    return ok(undefined)
  }

  /** What the printer says of itself; a printer in an unknown state is brought to the start of an empty sheet first. */
  async function look(): Promise<PrinterStatus> {
    const opened = await transport.open()
    if (!opened.ok) {
      recovered = false
      return lost(opened.error.kind).error.status
    }
    if (opened.value) {
      recovered = false
      inStep = false
    }
    const asked = await ask()
    if (!asked.ok) return asked.error.status
    if (!canPrint(asked.value)) {
      // Whatever was on its way when the fault struck is void, also if nobody saw it strike.
      recovered = false
      return asked.value
    }
    if (recovered) return asked.value
    printed = new Set()
    const sent = await sendWithId(recovery(profile.bandBytes))
    const done = sent.ok ? await acknowledged(sent.value) : sent
    if (!done.ok) return done.error.status
    recovered = true
    return asked.value
  }

  /**
   * Sends one page. One band is on its way while the one before is printed: the head never waits, the printer's buffer
   * never fills, and little is lost when a fault strikes.
   */
  async function printPage(bands: Uint8Array[], sent: (band: number) => void): Promise<Result<void, Fault>> {
    let before: string | null = null
    for (const [index, band] of bands.entries()) {
      const status = await ask()
      if (!status.ok) return status
      if (!canPrint(status.value)) return fault(status.value)
      const id = await sendWithId(band)
      if (!id.ok) return id
      sent(index + 1)
      if (before) {
        const done = await acknowledged(before)
        if (!done.ok) return done
      }
      before = id.value
    }
    return before ? acknowledged(before) : ok(undefined)
  }

  async function printPages(
    job: string,
    source: { pages: number; fromPage: number; page(n: number): Promise<Result<Uint8Array[], PrintFailure>> },
  ): Promise<Result<DeviceResult<'printer.print'>, PrintFailure>> {
    let bytes = 0
    for (let n = source.fromPage; n <= source.pages; n++) {
      const made = await source.page(n)
      if (!made.ok) return made
      const bands = made.value
      const tellProgress = (state: PrintProgress['state'], band: number) =>
        options.onProgress({ event: 'print', job, state, page: n, pages: source.pages, band, bands: bands.length })
      tellProgress('rendered', 0)
      const status = tell(await look())
      const done = canPrint(status) ? await printPage(bands, (band) => tellProgress('sent', band)) : fault(status)
      if (!done.ok) {
        recovered = false
        return err({ kind: 'printer-fault', status: tell(done.error.status), page: n })
      }
      bytes += bands.reduce((sum, band) => sum + band.length, 0)
      tellProgress('acknowledged', bands.length)
    }
    return ok({ pages: source.pages, bytes })
  }

  async function watch() {
    while (!stopping.signal.aborted) {
      await inTurn(async () => tell(await look()))
      await pause(POLL_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const watching = watch()
  void loadPdfium()

  return {
    async print(job, sheet, fromPage) {
      if (printing) return err({ kind: 'printer-busy' })
      printing = true
      let pdf: Pdf | null = null
      try {
        if (sheet.kind === 'receipt') {
          const bands = receiptBands(sheet.document, profile)
          const page = async () => ok(bands)
          return await inTurn(() => printPages(job, { pages: 1, fromPage, page }))
        }
        const opened = await openPdf(sheet.pdf)
        if (!opened.ok) return opened
        const document = opened.value
        pdf = document
        if (fromPage > document.pages) return err({ kind: 'pdf-refused', reason: 'broken' })
        const page = async (n: number) => {
          const drawn = await document.render(n, (mm) => Math.min(profile.headDots, mm * profile.dotsPerMm))
          return drawn.ok ? ok(pageBands(drawn.value, profile)) : drawn
        }
        return await inTurn(() => printPages(job, { pages: document.pages, fromPage, page }))
      } finally {
        pdf?.close()
        printing = false
      }
    },

    async status() {
      if (printing && known) return known
      return inTurn(async () => tell(await look()))
    },

    async raster(bytes, page, width) {
      const opened = await openPdf(bytes)
      if (!opened.ok) return opened
      try {
        const drawn = await opened.value.render(page, () => width)
        if (!drawn.ok) return drawn
        const { height, pixels } = drawn.value
        return ok({ pages: opened.value.pages, width: drawn.value.width, height, grey: pixels })
      } finally {
        opened.value.close()
      }
    },

    async stop() {
      stopping.abort()
      await watching
      await inTurn(() => transport.close())
    },
  }
}
