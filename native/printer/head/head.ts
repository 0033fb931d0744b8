import { setTimeout as pause } from 'node:timers/promises'
import type { DeviceResult, PrinterStatus, PrintFailure } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { Dots } from '../image/ink.ts'
import { drawPage, openPdf, type Pdf, warmUp } from '../image/pdf.ts'
import { type Paper, type PdfRefused, refusedPdf } from '../image/task.ts'
import { canPrint, type PrinterListener, type PrinterService, type PrintProgress } from '../printer.ts'
import { createTurns } from '../turns.ts'
import {
  concat,
  eject,
  present,
  processId,
  processIdOf,
  recovery,
  retract,
  settle,
  statusRequest,
  wakeUp,
} from './escpos.ts'
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

// Often enough that the screen says "paper is back" while the technician still stands there.
const POLL_MS = 1000
const READ_MS = 50
/**
 * Limits are counted in reads that heard nothing, not by the clock: while a starved host does not listen, an answer may
 * lie there unread. A printer's interrupt handler answers a real-time request within some milliseconds, or never.
 */
const silence = (ms: number) => ms / READ_MS
const STATUS_SILENCE = silence(2000)
/** A job that goes well is not given up for one lost answer. */
const STATUS_TRIES = 3
/** Reads in a row that heard something, and never a whole answer: noise. */
const NOISE_READS = 400
// The longest silence of a printer that works: an A4 of blank feed at 80 mm/s, then cut and presentation, with time to
// spare.
const ACKNOWLEDGE_SILENCE = silence(15_000)
/**
 * The status is asked this often while an acknowledgement is awaited, and at once when the printer reports a change: a
 * fault is on the screen within half a second.
 */
const WATCH_MS = 400
/**
 * A sheet that nobody takes is personal data in the open, so it is drawn in after this time. A slow hand needs less.
 */
const HELD_OUT_MS = 60_000
// Pages of 0.5 MB that are not drawn again for printing. A certificate has one to three.
const KEPT_PAGES = 16

type Fault = { kind: 'fault'; status: PrinterStatus }

/** A thermal head in the totem. It has one owner, does one thing at a time, and is watched also when nobody prints. */
export function createHeadService(options: HeadOptions): PrinterService {
  const profile = profiles[options.profile]
  const transport = createTransport(hidraw, profile)
  /** False after an unanswered question: its late answer must not be taken for the next one's. */
  let answersInStep = false
  /** The printer is at the start of a command. */
  let recovered = false
  /**
   * Nothing that leaves a dot was sent since the printer acknowledged the end of a sheet, so there is no sheet to cut
   * off.
   */
  let blank = false
  /** A sheet stands in the output, by the presenter's sensor at the last question. */
  let sheetOut = false
  /** The printer was out of reach, and nobody saw what became of a sheet that it held out. */
  let unseen = false
  /** The printer has reported a change by itself. */
  let changed = false
  /** The sheet that is held out, and since when; `sheet` is null when an earlier process printed it. */
  let heldSheet: { since: number; sheet: PrintProgress | null } | null = null
  let printing = false
  let requests = 0
  let printed = new Set<string>()
  let statusBytes: number[] = []
  let fullStatus: number | null = null
  const { inTurn, publish, published } = createTurns(options.onStatus)
  const stopping = new AbortController()

  const fault = (status: PrinterStatus) => err<Fault>({ kind: 'fault', status })
  const lost = (kind: 'absent' | 'stuck') => fault(kind === 'absent' ? 'absent' : 'offline')

  async function readAnswers(timeoutMs: number): Promise<Result<boolean, Fault>> {
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

  async function askStatus(): Promise<Result<PrinterStatus, Fault>> {
    const tries = printing ? STATUS_TRIES : 1
    for (let n = 1; ; n++) {
      const asked = await askOnce()
      if (!asked.ok) return asked
      if (asked.value !== null) return ok(asked.value)
      if (n === tries) return fault('offline')
    }
  }

  /** Null: no answer. */
  async function askOnce(): Promise<Result<PrinterStatus | null, Fault>> {
    let silent = 0
    let noise = 0
    const patient = () => silent < STATUS_SILENCE && noise < NOISE_READS
    async function listen() {
      const heard = await readAnswers(READ_MS)
      if (heard.ok && heard.value) noise += 1
      if (heard.ok && !heard.value) silent += 1
      return heard
    }
    while (!answersInStep && patient()) {
      const heard = await listen()
      if (!heard.ok) return heard
      answersInStep = !heard.value
    }
    statusBytes = []
    fullStatus = null
    const sent = await transport.send(statusRequest(profile))
    if (!sent.ok) return lost(sent.error.kind)
    while (patient()) {
      const heard = await listen()
      if (!heard.ok) return heard
      const [printer, offline, error, paper] = statusBytes
      if (printer === undefined || offline === undefined || error === undefined || paper === undefined) continue
      if (profile.presenter && fullStatus === null) continue
      sheetOut = fullStatus !== null && sheetInOutput(fullStatus)
      changed = false
      return ok(printerStatusOf(rawStatus([printer, offline, error, paper]), profile))
    }
    answersInStep = false
    return ok(null)
  }

  /** Sends commands and a process id. Answers the id, which the printer returns once the commands are done. */
  async function sendWithId(commands: Uint8Array): Promise<Result<string, Fault>> {
    const id = processIdOf(requests++)
    const sent = await transport.send(concat([commands, processId(id)]))
    return sent.ok ? ok(id) : lost(sent.error.kind)
  }

  /** Resolves when the printer has acknowledged that everything up to `id` is printed. */
  async function waitForAcknowledgement(id: string): Promise<Result<void, Fault>> {
    let silent = 0
    let askAt = Date.now() + WATCH_MS
    while (!printed.has(id)) {
      const heard = await readAnswers(READ_MS)
      if (!heard.ok) return heard
      if (!heard.value) silent += 1
      if (silent > ACKNOWLEDGE_SILENCE) return fault('offline')
      if (Date.now() < askAt && !changed) continue
      const asked = await askStatus()
      if (!asked.ok) return asked
      if (!canPrint(asked.value)) return fault(asked.value)
      askAt = Date.now() + WATCH_MS
    }
    printed.delete(id)
    return ok(undefined)
  }

  /**
   * The printer's status. A printer in an unknown state is first brought to the start of an empty sheet. A process that
   * has just started cannot know what an earlier one left on the paper, so it cuts off one slip, unless a sheet is held
   * out.
   */
  async function checkPrinter(): Promise<PrinterStatus> {
    const opened = await transport.open()
    if (!opened.ok) {
      recovered = false
      return lost(opened.error.kind).error.status
    }
    if (opened.value) {
      recovered = false
      blank = false
      answersInStep = false
      unseen = true
    }
    const asked = await askStatus()
    if (!asked.ok) return asked.error.status
    // Gone meanwhile: taken, fallen or drawn in. The ledger says nothing that nobody saw.
    if (unseen && !sheetOut) heldSheet = null
    unseen = false
    if (!canPrint(asked.value)) {
      // A fault voids everything that was on its way, also if nobody saw it strike.
      recovered = false
      return asked.value
    }
    if (recovered) return asked.value
    printed = new Set()
    // A sheet is held out from its end to the beginning of the next one, so there is none behind it to cut off; the cut
    // would let it fall.
    const held = sheetOut
    const done = await execute(held ? settle(profile) : blank ? wakeUp(profile) : recovery(profile))
    if (!done.ok) return done.error.status
    recovered = true
    blank = true
    if (!held) return asked.value
    const again = await askStatus()
    if (!again.ok) return again.error.status
    if (!sheetOut) heldSheet = null
    return again.value
  }

  async function execute(commands: Uint8Array): Promise<Result<void, Fault>> {
    const sent = await sendWithId(commands)
    return sent.ok ? waitForAcknowledgement(sent.value) : sent
  }

  /** Reports a held sheet as taken, or draws it in when nobody takes it. */
  async function watchHeldSheet(): Promise<void> {
    if (!sheetOut) {
      if (heldSheet?.sheet) options.onProgress({ ...heldSheet.sheet, state: 'taken' })
      heldSheet = null
      return
    }
    heldSheet ??= { since: Date.now(), sheet: null }
    if (Date.now() - heldSheet.since < (options.heldOutMs ?? HELD_OUT_MS)) return
    const done = await execute(retract)
    const asked = done.ok ? await askStatus() : done
    if (!asked.ok || sheetOut) {
      // The presenter could not draw the sheet in, and says so by its error flags. It is tried again after the same
      // time.
      heldSheet.since = Date.now()
      return
    }
    if (heldSheet.sheet) options.onProgress({ ...heldSheet.sheet, state: 'retracted' })
    heldSheet = null
  }

  /** Lets a held sheet fall before the next one comes: whether it was taken can no longer be known. */
  async function releaseHeldSheet(): Promise<Result<void, Fault>> {
    if (!profile.presenter) return ok(undefined)
    await watchHeldSheet()
    if (!heldSheet) return ok(undefined)
    heldSheet = null
    return execute(eject)
  }

  /**
   * Sends one page. While one band is printed, the next is drawn and sent: the head never waits, the printer's buffer
   * never fills, and little is lost when a fault strikes.
   */
  async function printPage(
    bands: Bands,
    end: Uint8Array,
    sent: (band: number, bytes: number) => void,
  ): Promise<Result<void, Fault>> {
    let before: string | null = null
    let number = 0
    for (const made of bands.each) {
      number += 1
      const band = number === bands.count ? concat([made, end]) : made
      const status = await askStatus()
      if (!status.ok) return status
      if (!canPrint(status.value)) return fault(status.value)
      blank = false
      const id = await sendWithId(band)
      if (!id.ok) return id
      sent(number, band.length)
      if (before) {
        const done = await waitForAcknowledgement(before)
        if (!done.ok) return done
      }
      before = id.value
    }
    const done = before ? await waitForAcknowledgement(before) : ok(undefined)
    blank = done.ok
    return done
  }

  interface Source {
    pages: number
    fromPage: number
    page(n: number): Promise<Result<Bands, PdfRefused>>
  }

  async function printPages(
    job: string,
    { pages, fromPage, page }: Source,
  ): Promise<Result<DeviceResult<'printer.print'>, PrintFailure>> {
    let bytes = 0
    let next = page(fromPage)
    for (let n = fromPage; n <= pages; n++) {
      const made = await next
      if (!made.ok) return made
      const bands = made.value
      // Drawn while this one is printed.
      if (n < pages) next = page(n + 1)
      const progress = (state: PrintProgress['state'], band: number): PrintProgress => {
        return { event: 'print', job, state, page: n, pages, band, bands: bands.count }
      }
      options.onProgress(progress('rendered', 0))
      const status = publish(await checkPrinter())
      const way = canPrint(status) ? await releaseHeldSheet() : fault(status)
      const end = !profile.presenter ? new Uint8Array() : n === pages ? present : eject
      const done = way.ok
        ? await printPage(bands, end, (band, length) => {
            bytes += length
            options.onProgress(progress('sent', band))
          })
        : way
      if (!done.ok) {
        recovered = false
        return err({ kind: 'printer-fault', status: publish(done.error.status), page: n })
      }
      const acknowledgement = progress('acknowledged', bands.count)
      options.onProgress(acknowledgement)
      if (profile.presenter && n === pages) heldSheet = { since: Date.now(), sheet: acknowledgement }
    }
    return ok({ pages, bytes })
  }

  /** The pages of a PDF, each of which has been drawn: whatever is wrong with one, none is on paper yet. */
  async function pagesOf(pdf: Pdf, fromPage: number): Promise<Result<Source, PdfRefused>> {
    const paper: Paper = { dotsPerMm: profile.dotsPerMm, width: profile.headDots, roll: true }
    if (fromPage > pdf.pages) return refusedPdf('broken')
    const drawn = new Map<number, Dots>()
    for (let n = fromPage; n <= pdf.pages; n++) {
      const dots = await pdf.dots(n, paper)
      if (!dots.ok) return dots
      if (drawn.size < KEPT_PAGES) drawn.set(n, dots.value)
    }
    return ok({
      pages: pdf.pages,
      fromPage,
      async page(n) {
        const kept = drawn.get(n)
        drawn.delete(n)
        const dots = kept ? ok(kept) : await pdf.dots(n, paper)
        return dots.ok ? ok(pageBands(dots.value, profile)) : dots
      },
    })
  }

  async function watch() {
    while (!stopping.signal.aborted) {
      await inTurn(async () => {
        if (canPrint(publish(await checkPrinter())) && profile.presenter) await watchHeldSheet()
      })
      await pause(POLL_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const watching = watch()
  warmUp()

  return {
    async print(job, sheet, fromPage) {
      if (printing) return err({ kind: 'printer-busy' })
      printing = true
      try {
        if (sheet.kind === 'receipt') {
          const made = receiptBands(sheet.document, profile)
          const page = async () => ok({ count: made.length, each: made })
          return await inTurn(() => printPages(job, { pages: 1, fromPage, page }))
        }
        const opened = await openPdf(sheet.pdf)
        if (!opened.ok) return opened
        try {
          const looked = await pagesOf(opened.value, fromPage)
          return looked.ok ? await inTurn(() => printPages(job, looked.value)) : looked
        } finally {
          // Not awaited: the next page may still be drawn, and a fault is told at once.
          void opened.value.close()
        }
      } finally {
        printing = false
      }
    },

    async status() {
      return (printing && published()) || inTurn(async () => publish(await checkPrinter()))
    },

    raster: drawPage,

    async stop() {
      stopping.abort()
      await watching
      await inTurn(() => transport.close())
    },
  }
}
