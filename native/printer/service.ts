import { createHeadService, type HeadOptions } from './head/head.ts'
import { createOfficeService, type OfficeOptions } from './office/office.ts'
import type { PrinterService } from './printer.ts'

export type PrinterServiceOptions = HeadOptions | OfficeOptions

/** The printer on which this totem prints. */
export const createPrinterService = (options: PrinterServiceOptions): PrinterService =>
  options.profile === 'a4-office' ? createOfficeService(options) : createHeadService(options)
