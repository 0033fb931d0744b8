import type { TotemConfig } from '../../contract/config.ts'

export type ProfileName = TotemConfig['printer']['profile']

/** A printer model as data. Lengths are in dots. */
export interface PrinterProfile {
  vendorId: number
  productId: number
  /** Printable dots across. */
  headDots: number
  dotsPerMm: number
  /** From the head to the blade: paper that is already past the head when a sheet begins. */
  cutterDots: number
  /** The most bytes of one raster band; two bands must fit the receive buffer. */
  bandBytes: number
  receipt: {
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
}

export const profiles: Record<ProfileName, PrinterProfile> = {
  // Custom's 216 mm kiosk mechanism (KPM216H class): 8 dots/mm, so 1,728 dots; A4 portrait is 1,680 of them. Vendor 0dd4
  // is Custom Engineering's; product id and blade distance are those of the bench and are confirmed on the first totem.
  // 64 KB buffer: 13 kB a band leaves room for the next one and for a recovery.
  'a4-kiosk': {
    vendorId: 0x0dd4,
    productId: 0x0237,
    headDots: 1728,
    dotsPerMm: 8,
    cutterDots: 96,
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
  // The usual 80 mm paper with 72 mm of print: 576 dots at 8 dots/mm (Custom VKP80 class), receive buffer 16 KB.
  'receipt-80': {
    vendorId: 0x0dd4,
    productId: 0x0237,
    headDots: 576,
    dotsPerMm: 8,
    cutterDots: 96,
    bandBytes: 4_000,
    receipt: {
      marginDots: 16,
      sizes: { 1: { wide: 1, high: 2 }, 2: { wide: 2, high: 2 }, 3: { wide: 2, high: 3 } },
      leading: 1.2,
      valueDots: 208,
      qrDots: 320,
      ruleDots: 2,
    },
  },
}
