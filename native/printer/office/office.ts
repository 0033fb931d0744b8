import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { PrinterStatus } from '../../../contract/device.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { drawPage, openPdf, type Pdf } from '../image/pdf.ts'
import type { Paper, PdfRefused } from '../image/task.ts'
import { canPrint, type PrinterListener, type PrinterService, type PrintProgress } from '../printer.ts'
import { createTurns } from '../turns.ts'
import { type IppAddress, ippClient, type OfficeJob, type OfficePrinter } from './ipp.ts'
import { officeStatus } from './ipp-status.ts'

export interface OfficeOptions extends PrinterListener, IppAddress {
  profile: 'a4-office'
  /** Owner of the jobs. Jobs that an earlier run of this user left in the printer are cancelled. */
  user?: string
}

// An office printer sleeps between jobs, and should not be kept awake.
const POLL_MS = 5000
const JOB_POLL_MS = 500
/** A laser printer takes up to a minute from sleep to the first sheet; a slow one prints ten pages a minute. */
const SILENCE_MS = 90_000
const PAGE_MS = 6000
/** A switch that restarts or a cable that is put back: shorter than a person's patience. */
const UNREACHABLE_MS = 15_000
/** Sheets that are on their way through the printer come out before a job has ended. */
const CANCEL_MS = 10_000

/** A4 in the resolution of a head. The printer draws the pages by itself; here they are only looked at. */
const PAPER: Paper = { dotsPerMm: 8, width: 1680, roll: false }

/** RFC 8011 §5.3.7. */
const PROCESSING = 5
const PROCESSING_STOPPED = 6
const COMPLETED = 9
const ENDED = 7
/** RFC 8011 §5.4.11. */
const PRINTER_PROCESSING = 4
/** RFC 8011 §5.3.8: of a job completed for such a reason, not everything came out, or the printer cannot know. */
const UNSURE = ['job-completed-with-errors', 'queued-in-device']

/**
 * A printer in the office, by IPP. It takes the whole PDF at once and untouched. A page counts when the printer reports
 * the job as completed, or earlier when it counts the sheets.
 */
export function createOfficeService(options: OfficeOptions): PrinterService {
  const client = ippClient(options, options.user ?? `polis@${hostname()}`)
  /** No job of the totem waits in the printer. Such a job would come out some day, for whoever stands there. */
  let noneLeft = false
  let printing = false
  const { inTurn, publish, published } = createTurns(options.onStatus)
  const stopping = new AbortController()

  /** The printer's status, after jobs that were given up are cancelled. */
  async function checkPrinter(): Promise<{ status: PrinterStatus; pageRanges: boolean }> {
    const asked = await client.printer()
    if (!asked.ok) {
      noneLeft = false
      return { status: asked.error.kind === 'unreachable' ? 'absent' : 'offline', pageRanges: false }
    }
    noneLeft ||= await cancelJobsLeft()
    const { suitable, pageRanges } = asked.value
    const status = officeStatus(asked.value)
    return { status: canPrint(status) && !(noneLeft && suitable) ? 'offline' : status, pageRanges }
  }

  async function cancelJobsLeft(): Promise<boolean> {
    const left = await client.unfinished()
    // A printer that keeps no list keeps no jobs either.
    if (!left.ok) return left.error.kind === 'refused'
    for (const job of left.value) await client.cancel(job)
    return left.value.length === 0
  }

  /**
   * Follows a job to its end. A fault gives the job up: it is cancelled, so that it does not come out once the fault
   * has cleared, and followed until the printer lets go of it. `counted` gets the number of sheets that are out.
   *
   * Some printers forget a job once it is printed. It counts as completed if the printer has the whole document, was
   * seen at work and has no fault; otherwise nobody knows what came out.
   */
  async function followJob(
    job: number,
    pages: number,
    sent: () => 'sending' | 'taken' | 'refused',
    counted: (sheets: number) => void,
  ): Promise<'completed' | PrinterStatus> {
    let givenUp: PrinterStatus | null = null
    let before = ''
    let heardAt = Date.now()
    let changedAt = Date.now()
    let worked = false
    for (;;) {
      const [asked, printer] = [await client.job(job), await client.printer()]
      const forgotten = !asked.ok && asked.error.kind === 'forgotten'
      if (forgotten && printer.ok && sent() !== 'sending') {
        const status = officeStatus({ ...printer.value, accepting: true })
        if (!givenUp && worked && sent() === 'taken' && canPrint(status)) return 'completed'
        return givenUp ?? (canPrint(status) ? 'offline' : status)
      }
      if ((asked.ok || forgotten) && printer.ok) heardAt = Date.now()
      else if (Date.now() - heardAt > UNREACHABLE_MS) {
        noneLeft = false
        return givenUp ?? (asked.ok || asked.error.kind === 'unreachable' ? 'absent' : 'offline')
      }
      if (asked.ok) {
        const { state, reasons, sheets } = asked.value
        if (state === COMPLETED && !reasons.some((reason) => UNSURE.includes(reason))) return 'completed'
        counted(sheets)
        worked ||= state === PROCESSING || sheets > 0 || (printer.ok && printer.value.state === PRINTER_PROCESSING)
        if (state >= ENDED) return givenUp ?? faultOf(printer.ok ? printer.value : null, asked.value) ?? 'offline'
        const now = JSON.stringify([state, sheets, printer.ok && printer.value.state])
        if (now !== before) changedAt = Date.now()
        before = now
      }
      const silent = Date.now() - changedAt
      if (givenUp && silent > CANCEL_MS) {
        noneLeft = false
        return givenUp
      }
      if (!givenUp && asked.ok) {
        givenUp = faultOf(printer.ok ? printer.value : null, asked.value)
        if (sent() === 'refused' || silent > SILENCE_MS + pages * PAGE_MS) givenUp ??= 'offline'
        if (givenUp) {
          publish(givenUp)
          await client.cancel(job)
          changedAt = Date.now()
        }
      }
      await pause(JOB_POLL_MS)
    }
  }

  async function printPages(job: string, pdf: Uint8Array, pages: number, fromPage: number) {
    const progress = (state: PrintProgress['state'], page: number) =>
      options.onProgress({ event: 'print', job, state, page, pages, band: state === 'rendered' ? 0 : 1, bands: 1 })
    let next = fromPage
    const acknowledge = (upTo: number) => {
      while (next <= Math.min(upTo, pages)) progress('acknowledged', next++)
    }
    const failed = (status: PrinterStatus) =>
      err({ kind: 'printer-fault', status: publish(status), page: next } as const)

    const { status, pageRanges } = await checkPrinter()
    if (!canPrint(publish(status))) return failed(status)
    const created = await client.create(job, pageRanges && fromPage > 1 ? [fromPage, pages] : null)
    if (!created.ok) {
      noneLeft = false
      return failed(created.error.kind === 'unreachable' ? 'absent' : 'offline')
    }
    // From here on any of its sheets may be out, and main is told before they can be.
    for (let page = fromPage; page <= pages; page++) {
      progress('rendered', page)
      progress('sent', page)
    }
    let document: 'sending' | 'taken' | 'refused' = 'sending'
    const sending = new AbortController()
    const sent = client.send(created.value, pdf, sending.signal).then((done) => {
      document = done.ok ? 'taken' : 'refused'
    })
    const ended = await followJob(
      created.value,
      pages,
      () => document,
      // A printer that cannot print some pages prints them all again, so a count of some of them is of no use.
      (sheets) => pageRanges && acknowledge(fromPage - 1 + sheets),
    )
    sending.abort()
    await sent
    if (ended !== 'completed') return failed(ended)
    acknowledge(pages)
    return ok({ pages, bytes: pdf.length })
  }

  async function watch() {
    while (!stopping.signal.aborted) {
      await inTurn(async () => publish((await checkPrinter()).status))
      await pause(POLL_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const watching = watch()

  return {
    async print(job, sheet, fromPage) {
      if (printing) return err({ kind: 'printer-busy' })
      // Lines of text are for a thermal head; an office printer gets a PDF.
      if (sheet.kind === 'receipt') return err({ kind: 'pdf-refused', reason: 'broken' })
      printing = true
      try {
        const opened = await openPdf(sheet.pdf)
        if (!opened.ok) return opened
        const { pages } = opened.value
        const looked = await look(opened.value)
        await opened.value.close()
        if (!looked.ok) return looked
        if (fromPage > pages) return err({ kind: 'pdf-refused', reason: 'broken' })
        return await inTurn(() => printPages(job, sheet.pdf, pages, fromPage))
      } finally {
        printing = false
      }
    },

    async status() {
      return (printing && published()) || inTurn(async () => publish((await checkPrinter()).status))
    },

    raster: drawPage,

    async stop() {
      stopping.abort()
      await watching
      await inTurn(async () => undefined)
    },
  }
}

/** Every page can be drawn and has something on it. */
async function look(pdf: Pdf): Promise<Result<void, PdfRefused>> {
  for (let page = 1; page <= pdf.pages; page++) {
    const drawn = await pdf.dots(page, PAPER)
    if (!drawn.ok) return drawn
  }
  return ok(undefined)
}

/** Null: nothing is wrong. A printer that takes no other job while it prints ours has no fault. */
function faultOf(printer: OfficePrinter | null, { state }: OfficeJob): PrinterStatus | null {
  const status = printer === null ? 'ready' : officeStatus({ ...printer, accepting: true })
  if (!canPrint(status)) return status
  return state === PROCESSING_STOPPED ? 'offline' : null
}
