import type { DeviceEvent, PrintSheet } from '../../contract/device.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Devices } from '../devices/index.ts'
import type { Journal } from '../journal/journal.ts'
import { INTERRUPTED, type Ledger, type PrintJob } from '../queue/ledger.ts'
import type { StorageFailure } from '../queue/storage.ts'
import type { Claims, PrintFault, Printing, PrintRun, Unprintable } from '../visit/services.ts'
import type { SignPaper } from './sign.ts'

export interface PaperOptions {
  devices: Devices
  journal: Journal
  ledger: Ledger
  sign: SignPaper
  /** A sheet is void. */
  onVoid?(): void
}

type PrintNews = Extract<DeviceEvent, { event: 'print' }>

/** The sheet is still the printer's: not yet a person's to take. */
export const inPrinter = ({ state }: PrintNews): boolean => state !== 'taken' && state !== 'retracted'

const nameOf = ({ operation, document }: Pick<PrintJob, 'operation' | 'document'>) => `${operation}.${document}`

/**
 * Puts a document on paper and keeps the ledger: a page counts when the printer has acknowledged it.
 */
export function createPaper({ devices, journal, ledger, sign, onVoid = () => {} }: PaperOptions) {
  /** The last signed paper. A paper that is printed again in its visit keeps its code. */
  let signed: { job: PrintJob; code: string | null } | null = null
  function codeOf(job: PrintJob, claims: Claims): string | null {
    if (signed?.job.session !== job.session || nameOf(signed.job) !== nameOf(job)) signed = { job, code: sign(claims) }
    return signed.code
  }
  const runOf = (job: PrintJob, reprint: boolean): PrintRun => ({
    reprint,
    reprinted: (document) => ledger.reprinted({ ...job, document }),
    code: (claims) => codeOf(job, claims),
  })

  /** Ledger lines that the disk has not taken yet, in order. Meanwhile `inHand` holds the acknowledged pages. */
  const unwritten: (() => Result<unknown, StorageFailure>)[] = []
  function write(work: () => Result<unknown, StorageFailure>) {
    unwritten.push(work)
    while (unwritten[0]?.().ok) unwritten.shift()
  }

  function giveUp(reason: string) {
    write(() => {
      const given = ledger.voidInHand(reason)
      if (given.ok) {
        for (const sheet of given.value) {
          journal.record('print.void', { job: nameOf(sheet), page: sheet.page, status: reason })
          onVoid()
        }
      }
      return given
    })
  }

  /** The last document that came out whole; the person can have it read aloud until they leave. */
  let last: PrintSheet | null = null
  /** The job that the printer works on and its pages that it has acknowledged, in this visit. */
  let inHand: { name: string; acknowledged: Set<number>; pages: number } | null = null

  return {
    /** Voids what an earlier run of the program left in the printer. */
    start: () => giveUp(INTERRUPTED),

    async print(printing: Printing): Promise<Result<{ pages: number }, PrintFault | Unprintable>> {
      const { operation, document, session } = printing
      const job: PrintJob = { operation, document, session }
      const name = nameOf(job)
      if (inHand) return err({ kind: 'print-fault', status: 'offline', page: printing.fromPage })
      giveUp(INTERRUPTED)
      // A sheet that the ledger cannot take is not printed: after a crash nobody would know of it.
      const begun = unwritten.length === 0 ? ledger.begin(job) : null
      if (!begun?.ok) return err({ kind: 'print-fault', status: 'offline', page: printing.fromPage })
      const { fromPage, reprint } = begun.value
      if (reprint) journal.record('print.reprinted', { job: name, page: fromPage })
      const acknowledged = new Set(begun.value.acknowledged)
      const run = { name, acknowledged, pages: 0 }
      inHand = run
      let sheet: PrintSheet | null = null
      const put = async () => {
        sheet = await printing.sheet(runOf(job, reprint))
        return devices.call('printer.print', { job: name, sheet, fromPage })
      }
      const printed = await put().finally(() => {
        inHand = null
      })

      const pages = printed.ok ? printed.value.pages : run.pages
      let missing = 1
      while (acknowledged.has(missing)) missing++
      // All pages are out, even if the answer was lost: printing again would make a second copy.
      if (pages > 0 && missing > pages) {
        last = sheet
        return ok({ pages })
      }
      if (!printed.ok && printed.error.kind === 'pdf-refused') {
        giveUp(printed.error.reason)
        return err({ kind: 'unprintable' })
      }
      if (!printed.ok && printed.error.kind === 'printer-fault') {
        const { status } = printed.error
        giveUp(status)
        return err({ kind: 'print-fault', status, page: missing })
      }
      giveUp(printed.ok ? 'unacknowledged' : printed.error.kind)
      return err({ kind: 'print-fault', status: 'offline', page: missing })
    },

    /** The last document that came out whole, until `forget`. */
    last: () => last,
    forget() {
      last = null
    },

    /** The visit has printed something of this document that had come out before. */
    reprinted: (job: PrintJob): boolean => ledger.reprinted(job),

    /** The ledger's other lines, as the device process tells them. */
    note({ job: name, ...news }: PrintNews) {
      const { state, page, pages, band, bands } = news
      const [operation = '', document = ''] = name.split('.')
      write(() => ledger.note({ operation, document, state, page, pages, band, bands }))
      switch (state) {
        case 'rendered':
          return journal.record('print.rendered', { job: name, document, pages })
        case 'sent':
          return band === bands ? journal.record('print.sent', { job: name, page, bands }) : undefined
        case 'acknowledged':
          if (inHand?.name === name) {
            inHand.acknowledged.add(page)
            inHand.pages = pages
          }
          return journal.record('print.acknowledged', { job: name, page })
        case 'taken':
        case 'retracted':
          return journal.record(`print.${state}`, { job: name, page })
      }
    },
  }
}
