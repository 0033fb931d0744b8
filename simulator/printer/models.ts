import type { HeadProfile } from '../../contract/config.ts'

export type PrinterModel = HeadProfile

/** Build of a virtual mechanism, in dots of 1/8 mm. */
export interface Build {
  vendor: number
  product: number
  headDots: number
  /** From the head to the blade, or to the tear bar. */
  cutterDots: number
  cutter: boolean
  /** GS e holds a sheet out, draws it in, lets it fall. */
  presenter: boolean
  /** ESC * 1 and ESC * b m. */
  packBits: boolean
  /** GS a (four bytes) or GS E0h (FULL STATUS, which DLE EOT 20 also asks for). */
  automaticStatus: 'gs-a' | 'gs-e0'
  receiveBufferBytes: number
}

/** Written from the makers' data and not from the driver's. */
export const models: Record<PrinterModel, Build> = {
  // 216 mm head (Custom KPM216H class); the blade sits 12 mm after the head.
  'a4-kiosk': {
    vendor: 0x0dd4,
    product: 0x0237,
    headDots: 1728,
    cutterDots: 96,
    cutter: true,
    presenter: true,
    packBits: false,
    automaticStatus: 'gs-e0',
    receiveBufferBytes: 64 * 1024,
  },
  // 72 mm of 80 mm paper (Wincor Nixdorf TH230 class).
  'receipt-80': {
    vendor: 0x0dd4,
    product: 0x0237,
    headDots: 576,
    cutterDots: 96,
    cutter: true,
    presenter: false,
    packBits: true,
    automaticStatus: 'gs-a',
    receiveBufferBytes: 16 * 1024,
  },
  // The same paper, torn off by hand.
  'receipt-80-tear': {
    vendor: 0x0dd4,
    product: 0x0237,
    headDots: 576,
    cutterDots: 96,
    cutter: false,
    presenter: false,
    packBits: false,
    automaticStatus: 'gs-a',
    receiveBufferBytes: 16 * 1024,
  },
}
