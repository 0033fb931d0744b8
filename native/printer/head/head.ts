import { setTimeout as pause } from 'node:timers/promises'
import type { DeviceResult, PrinterStatus, PrintFailure } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { drawPage, openPdf, type Pdf, type PdfPage } from '../image/pdf.ts'
import { loadPdfium } from '../image/pdfium.ts'
import { canPrint, type PrinterListener, type PrinterService, type PrintProgress } from '../printer.ts'
import { concat, eject, present, processId, processIdOf, recovery, retract, statusRequest, wakeUp } from './escpos.ts'
import { hidraw } from './hid.ts'
import { type ProfileName, profiles } from './profiles.ts'
import { type Bands, pageBands } from './raster.ts'
import { receiptBands } from './receipt.ts'
import { printerStatusOf, rawStatus, sheetInOutput } from './status.ts'
import { createTransport } from './transport.ts'

export interface HeadOptions extends PrinterListener {
  profile: ProfileName
  /** How long a sheet is held out before it is drawn in. */
  heldOutMs?: number
}

// Often enough that a screen says "paper is back" while the technician still stands there.
const POLL_MS = 1000
// A printer's interrupt handler answers a real-time request within some milliseconds, or never: the rest is for a busy host.
const STATUS_TIMEOUT_MS = 2000
const READ_MS = 50
// Longest honest silence: an A4 of blank feed at 80 mm/s, then cut and presentation, with time to spare.
const ACKNOWLEDGE_TIMEOUT_MS = 15_000
/**
 * While waiting for an acknowledgement the status is asked this often, and at once when the printer speaks up by itself: a
 * fault is on the screen within half a second.
 */
const WATCH_MS = 400
/** A sheet nobody takes is personal data in the open: after this it is drawn in. Longer than a slow hand needs (D1). */
const HELD_OUT_MS = 60_000

type Fault = { kind: 'fault'; status: PrinterStatus }

/** A thermal head in the totem: one owner, one thing at a time, watched also when nobody prints. */
export function createHeadService(options: HeadOptions): PrinterService {
  const profile = profiles[options.profile]
  const transport = createTransport(hidraw, profile)
  let known: PrinterStatus | null = null
  /** False after a question that went unanswered: its late answer must not be taken for the next one's. */
  let inStep = false
  /** The printer is known to be at the start of a command. */
  let recovered = false
  /** Nothing that can leave a dot was sent since the printer acknowledged the end of a sheet: nothing is to be cut off. */
  let blank = false
  /** A sheet stands in the output, as the presenter's sensor says. */
  let sheetOut = false
  /** The printer has spoken up by itself. */
  let changed = false
  /** Since when a sheet is held out, and which; null: of a job before this process. */
  let heldOut: { since: number; sheet: PrintProgress | null } | null = null
  let printing = false
  let requests = 0
  let printed = new Set<string>()
  let statusBytes: number[] = []
  let fullStatus: number | null = null
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
      if (answer.kind === 'printed') printed.add(answer.id)
      if (answer.kind === 'full') fullStatus = answer.paper
      if (answer.kind === 'changed' || answer.kind === 'full') changed = true
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
    fullStatus = null
    const sent = await transport.send(statusRequest(profile))
    if (!sent.ok) return lost(sent.error.kind)
    while (Date.now() < deadline) {
      const heard = await listen(READ_MS)
      if (!heard.ok) return heard
      const [printer, offline, error, paper] = statusBytes
      if (printer === undefined || offline === undefined || error === undefined || paper === undefined) continue
      if (profile.presenter && fullStatus === null) continue
      sheetOut = fullStatus !== null && sheetInOutput(fullStatus)
      changed = false
      return ok(printerStatusOf(rawStatus([printer, offline, error, paper]), profile))
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
      if (Date.now() < askAt && !changed) continue
      const asked = await ask()
      if (!asked.ok) return asked
      if (!canPrint(asked.value)) return fault(asked.value)
      askAt = Date.now() + WATCH_MS
    }
    printed.delete(id)
    return ok(undefined)
  }

  /**
   * What the printer says of itself; a printer in an unknown state is brought to the start of an empty sheet first. When
   * this process has just started it cannot know what another has left on the paper: that one slip is the price.
   */
  async function look(): Promise<PrinterStatus> {
    const opened = await transport.open()
    if (!opened.ok) {
      recovered = false
      return lost(opened.error.kind).error.status
    }
    if (opened.value) {
      recovered = false
      blank = false
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
    const done = await commanded(blank ? wakeUp(profile) : recovery(profile))
    if (!done.ok) return done.error.status
    recovered = true
    blank = true
    return asked.value
  }

  async function commanded(commands: Uint8Array): Promise<Result<void, Fault>> {
    const sent = await sendWithId(commands)
    return sent.ok ? acknowledged(sent.value) : sent
  }

  /** A sheet that is held out is told as taken, or drawn in when nobody takes it. */
  async function mind(): Promise<void> {
    if (!sheetOut) {
      if (heldOut?.sheet) options.onProgress({ ...heldOut.sheet, state: 'taken' })
      heldOut = null
      return
    }
    heldOut ??= { since: Date.now(), sheet: null }
    if (Date.now() - heldOut.since < (options.heldOutMs ?? HELD_OUT_MS)) return
    const done = await commanded(retract)
    const asked = done.ok ? await ask() : done
    if (!asked.ok || sheetOut) {
      // A presenter that cannot draw in says so by its error flags; it is tried again, and not at once.
      heldOut.since = Date.now()
      return
    }
    if (heldOut.sheet) options.onProgress({ ...heldOut.sheet, state: 'retracted' })
    heldOut = null
  }

  /** Before the next sheet comes, the one held out is let fall: whether it was taken can no longer be known. */
  async function makeWay(): Promise<Result<void, Fault>> {
    if (!profile.presenter) return ok(undefined)
    await mind()
    if (!heldOut) return ok(undefined)
    heldOut = null
    return commanded(eject)
  }

  /**
   * Sends one page. One band is drawn and on its way while the one before is printed: the head never waits, the printer's
   * buffer never fills, and little is lost when a fault strikes.
   */
  async function printPage(
    bands: Bands<PrintFailure>,
    end: Uint8Array,
    sent: (band: number, bytes: number) => void,
  ): Promise<Result<void, Fault | PrintFailure>> {
    let before: string | null = null
    let number = 0
    for (const made of bands.each) {
      if (!made.ok) return made
      number += 1
      const band = number === bands.count ? concat([made.value, end]) : made.value
      const status = await ask()
      if (!status.ok) return status
      if (!canPrint(status.value)) return fault(status.value)
      blank = false
      const id = await sendWithId(band)
      if (!id.ok) return id
      sent(number, band.length)
      if (before) {
        const done = await acknowledged(before)
        if (!done.ok) return done
      }
      before = id.value
    }
    const done = before ? await acknowledged(before) : ok(undefined)
    blank = done.ok
    return done
  }

  interface Source {
    pages: number
    fromPage: number
    page(n: number): Result<Bands<PrintFailure>, PrintFailure>
  }

  async function printPages(
    job: string,
    { pages, fromPage, page }: Source,
  ): Promise<Result<DeviceResult<'printer.print'>, PrintFailure>> {
    let bytes = 0
    for (let n = fromPage; n <= pages; n++) {
      const made = page(n)
      if (!made.ok) return made
      const bands = made.value
      const progress = (state: PrintProgress['state'], band: number): PrintProgress => {
        return { event: 'print', job, state, page: n, pages, band, bands: bands.count }
      }
      options.onProgress(progress('rendered', 0))
      const status = tell(await look())
      const way = canPrint(status) ? await makeWay() : fault(status)
      const end = !profile.presenter ? new Uint8Array() : n === pages ? present : eject
      const done = way.ok
        ? await printPage(bands, end, (band, length) => {
            bytes += length
            options.onProgress(progress('sent', band))
          })
        : way
      if (!done.ok) {
        recovered = false
        if (done.error.kind !== 'fault') return err(done.error)
        return err({ kind: 'printer-fault', status: tell(done.error.status), page: n })
      }
      const acknowledgement = progress('acknowledged', bands.count)
      options.onProgress(acknowledgement)
      if (profile.presenter && n === pages) heldOut = { since: Date.now(), sheet: acknowledgement }
    }
    return ok({ pages, bytes })
  }

  async function watch() {
    while (!stopping.signal.aborted) {
      await inTurn(async () => {
        if (canPrint(tell(await look())) && profile.presenter) await mind()
      })
      await pause(POLL_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const watching = watch()
  void loadPdfium()

  return {
    async print(job, sheet, fromPage) {
      if (printing) return err({ kind: 'printer-busy' })
      printing = true
      const open: { pdf: Pdf | null; page: PdfPage | null } = { pdf: null, page: null }
      try {
        if (sheet.kind === 'receipt') {
          const made = receiptBands(sheet.document, profile)
          const page = () => ok({ count: made.length, each: made.map((band) => ok(band)) })
          return await inTurn(() => printPages(job, { pages: 1, fromPage, page }))
        }
        const opened = await openPdf(sheet.pdf)
        if (!opened.ok) return opened
        const document = opened.value
        open.pdf = document
        if (fromPage > document.pages) return err({ kind: 'pdf-refused', reason: 'broken' })
        const page = (n: number) => {
          open.page?.close()
          open.page = null
          const drawn = document.open(n, (mm) => Math.min(profile.headDots, mm * profile.dotsPerMm))
          if (!drawn.ok) return drawn
          open.page = drawn.value
          return pageBands(drawn.value, profile)
        }
        return await inTurn(() => printPages(job, { pages: document.pages, fromPage, page }))
      } finally {
        open.page?.close()
        open.pdf?.close()
        printing = false
      }
    },

    async status() {
      if (printing && known) return known
      return inTurn(async () => tell(await look()))
    },

    raster: drawPage,

    async stop() {
      stopping.abort()
      await watching
      await inTurn(() => transport.close())
    },
  }
}
