import type { DeviceEvent, PrintSheet } from '../../contract/device.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Devices } from '../devices/index.ts'
import { type Place, receiptFor, slipFor } from '../documents/receipt.ts'
import type { Journal } from '../journal/journal.ts'
import { collectCode } from '../session/screen.ts'
import type { PrintFault, Printing, Unprintable } from '../session/services.ts'

export interface PaperOptions {
  devices: Devices
  journal: Journal
  place: Place
  keepMs: number
  now(): Date
}

/** Puts a document on paper and keeps the ledger: a page counts when the printer has acknowledged it (DESIGN.md step 6). */
export function createPaper({ devices, journal, place, keepMs, now }: PaperOptions) {
  function sheetOf(printing: Printing): PrintSheet {
    const { language } = printing
    switch (printing.document) {
      case 'certificate':
        return { kind: 'pdf', pdf: Buffer.from(printing.outcome.pdf, 'base64') }
      case 'receipt': {
        const { outcome, pages } = printing
        return { kind: 'receipt', document: receiptFor(outcome, { pages, at: now().toISOString(), language, place }) }
      }
      case 'slip': {
        const { operation, types, requestedAt } = printing
        const until = new Date(Date.parse(requestedAt) + keepMs).toISOString()
        const code = collectCode(operation)
        return {
          kind: 'receipt',
          document: slipFor({ operation, types, requestedAt, code }, { until, language, place }),
        }
      }
    }
  }

  /** Pages of the job in hand that the printer has acknowledged, whatever became of the process that told us. */
  let acknowledged: { job: string; page: number; pages: number } | null = null

  return {
    async print(printing: Printing): Promise<Result<{ pages: number }, PrintFault | Unprintable>> {
      const operation = printing.document === 'slip' ? printing.operation : printing.outcome.operation
      const job = `${operation}.${printing.document}`
      const { fromPage } = printing
      acknowledged = { job, page: fromPage - 1, pages: 0 }
      const printed = await devices.call('printer.print', { job, sheet: sheetOf(printing), fromPage })
      if (printed.ok) return ok({ pages: printed.value.pages })
      const { error } = printed
      if (error.kind === 'pdf-refused') {
        journal.record('print.void', { job, page: fromPage, status: error.reason })
        return err({ kind: 'unprintable' })
      }
      const { page: last, pages } = acknowledged
      // Only the answer was lost, the paper was not: printing it again would make two of one.
      if (error.kind === 'device-gone' && pages > 0 && last === pages) return ok({ pages })
      const fault: PrintFault =
        error.kind === 'printer-fault'
          ? { kind: 'print-fault', status: error.status, page: error.page }
          : { kind: 'print-fault', status: 'offline', page: last + 1 }
      journal.record('print.void', { job, page: fault.page, status: fault.status })
      return err(fault)
    },

    /** The ledger's other lines, as the device process tells them. */
    note(event: Extract<DeviceEvent, { event: 'print' }>) {
      const { job, state, page, pages, band, bands } = event
      if (state === 'rendered') journal.record('print.rendered', { job, document: job.split('.')[1] ?? '', pages })
      if (state === 'sent' && band === bands) journal.record('print.sent', { job, page, bands })
      if (state !== 'acknowledged') return
      journal.record('print.acknowledged', { job, page })
      if (acknowledged?.job === job) acknowledged = { job, page, pages }
    },
  }
}
