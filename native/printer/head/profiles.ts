import type { HeadProfile } from '../../../contract/config.ts'
import { HEAD_SIZES, type HeadSize } from '../../../contract/head.ts'

export type ProfileName = HeadProfile

/** A printer model as data. Lengths are in dots. */
export interface PrinterProfile extends HeadSize {
  vendorId: number
  productId: number
  /** False: the citizen tears the sheet off. */
  cutter: boolean
  /** The printer holds a sheet out until it is taken, knows whether it was, and can draw it back in. */
  presenter: boolean
  /** Whether the paper-low flag means anything. */
  paperLowSensor: boolean
  /** How rows of dots are sent: plain (GS v 0), or packed (ESC * 1 under ESC * b m). */
  raster: 'plain' | 'packbits'
  /** The command that has the printer report changes by itself. */
  automaticStatus: 'gs-a' | 'gs-e0'
  /** The most bytes of one band; two bands must fit the receive buffer. */
  bandBytes: number
  receipt: ReceiptLayout
}

interface ReceiptLayout {
  marginDots: number
  /** Multiples of the 12 × 24 cell for the sizes 1, 2 and 3 of a ReceiptDocument. */
  sizes: Record<1 | 2 | 3, { wide: number; high: number }>
  /** Line height in cell heights. */
  leading: number
  /** Where the value of a fact starts, from the left margin. */
  valueDots: number
  /** Width that a QR code aims at; its modules are never under 4 dots (vxsuite#7286). */
  qrDots: number
  ruleDots: number
}

const receipt80: ReceiptLayout = {
  marginDots: 16,
  sizes: { 1: { wide: 1, high: 2 }, 2: { wide: 2, high: 2 }, 3: { wide: 2, high: 3 } },
  leading: 1.2,
  valueDots: 208,
  qrDots: 320,
  ruleDots: 2,
}

// Vendor 0dd4 is Custom Engineering's. Product ids and blade distances are the bench's, the same for all profiles. They
// are confirmed on the first totem of each kind.
export const profiles: Record<ProfileName, PrinterProfile> = {
  // Custom's 216 mm kiosk mechanism (KPM216H manual: cutter, ejector GS e with retraction, FULL STATUS, near-end
  // sensor; no compressed raster): 8 dots/mm, so 1,728 dots, of which A4 portrait takes 1,680. Its buffer has 64 KB:
  // bands of 13 kB leave room for the next one and for a recovery.
  'a4-kiosk': {
    vendorId: 0x0dd4,
    productId: 0x0237,
    ...HEAD_SIZES['a4-kiosk'],
    cutter: true,
    presenter: true,
    paperLowSensor: true,
    raster: 'plain',
    automaticStatus: 'gs-e0',
    bandBytes: 13_000,
    receipt: {
      marginDots: 176,
      sizes: { 1: { wide: 2, high: 2 }, 2: { wide: 3, high: 3 }, 3: { wide: 4, high: 4 } },
      leading: 1.4,
      valueDots: 480,
      qrDots: 400,
      ruleDots: 3,
    },
  },
  // 80 mm paper with 72 mm of print, 576 dots at 203 dpi, receive buffer 16 KB (Wincor Nixdorf TH230 class, Programmers
  // Guide 2013: GS a, near-end sensor, line graphics with TIFF PackBits).
  'receipt-80': {
    vendorId: 0x0dd4,
    productId: 0x0237,
    ...HEAD_SIZES['receipt-80'],
    cutter: true,
    presenter: false,
    paperLowSensor: true,
    raster: 'packbits',
    automaticStatus: 'gs-a',
    bandBytes: 4_000,
    receipt: receipt80,
  },
  // The same paper, torn off by hand: portable 80 mm heads without blade and near-end sensor (Epson TM-P80 class).
  'receipt-80-tear': {
    vendorId: 0x0dd4,
    productId: 0x0237,
    ...HEAD_SIZES['receipt-80-tear'],
    cutter: false,
    presenter: false,
    paperLowSensor: false,
    raster: 'plain',
    automaticStatus: 'gs-a',
    bandBytes: 4_000,
    receipt: receipt80,
  },
}
