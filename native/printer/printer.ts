import type { DeviceEvent, DeviceResult, PrinterStatus, PrintFailure, PrintSheet } from '../../contract/device.ts'
import type { Result } from '../../contract/result.ts'

export type PrintProgress = Extract<DeviceEvent, { event: 'print' }>

export interface PrinterListener {
  /** Called at the start and at each change. */
  onStatus(status: PrinterStatus): void
  onProgress(event: PrintProgress): void
}

export interface PrinterService {
  /**
   * Prints from page `fromPage` (from 1) and resolves when the printer has acknowledged the last page. On a fault it
   * answers at once, with the first page that is void. It never prints anything again by itself.
   */
  print(job: string, sheet: PrintSheet, fromPage: number): Promise<Result<DeviceResult<'printer.print'>, PrintFailure>>
  /** Asks the printer now; while a job runs, answers the last known status. */
  status(): Promise<PrinterStatus>
  /** Draws one page of a PDF as grey pixels, `width` wide, for the screen. */
  raster(pdf: Uint8Array, page: number, width: number): Promise<Result<DeviceResult<'pdf.raster'>, PrintFailure>>
  stop(): Promise<void>
}

export const canPrint = (status: PrinterStatus): boolean => status === 'ready' || status === 'paperLow'
