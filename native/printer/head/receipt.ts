import QRCode from 'qrcode'
import type { ReceiptDocument, ReceiptLine } from '../../../contract/print.ts'
import { unreachable } from '../../../contract/result.ts'
import {
  align,
  bold,
  concat,
  cut,
  feed,
  initialise,
  leftMargin,
  lineFeed,
  lineSpacing,
  position,
  printWidth,
  qrSymbol,
  raster,
  size,
} from './escpos.ts'
import type { PrinterProfile } from './profiles.ts'
import { encodeText, printableText, selectText, wrap, wrapEvenly } from './text.ts'

const CELL = { width: 12, height: 24 }
// Small enough that a band is on paper soon after it was sent, and large enough that the head never waits for the next.
const BAND_BYTES = 1024
const QR_MODULE_DOTS = { min: 4, max: 10 }
/** ISO/IEC 18004: version 40, level Q, bytes. */
const QR_MAX_BYTES = 1663
/** White around a QR code, in modules (ISO/IEC 18004, 4). */
const QR_QUIET_MODULES = 4

/** The sheet of a receipt as bands, each made of whole commands; the last one ends with the cut. */
export function receiptBands(document: ReceiptDocument, profile: PrinterProfile): Uint8Array[] {
  const { receipt, headDots } = profile
  const width = headDots - 2 * receipt.marginDots
  const head = concat([initialise(profile), selectText, leftMargin(receipt.marginDots), printWidth(width)])
  const lines = document.lines.map((line) => commandsOf(line, profile, width))
  return grouped([head, ...lines, concat([feed(CELL.height * 2), cut(profile)])])
}

function grouped(commands: Uint8Array[]): Uint8Array[] {
  const bands: Uint8Array[] = []
  let band: Uint8Array[] = []
  for (const command of commands) {
    band.push(command)
    if (band.reduce((sum, part) => sum + part.length, 0) < BAND_BYTES) continue
    bands.push(concat(band))
    band = []
  }
  if (band.length > 0) bands.push(concat(band))
  return bands
}

function commandsOf(line: ReceiptLine, profile: PrinterProfile, width: number): Uint8Array {
  switch (line.kind) {
    case 'text':
      return textLine(line, profile, width)
    case 'fact':
      return factLine(line, profile, width)
    case 'rule':
      return ruleLine(profile, width)
    case 'space':
      return feed(heightOf(profile, 1))
    case 'qr':
      return qrLine(line, profile, width)
    default:
      return unreachable(line)
  }
}

const columnsOf = ({ receipt }: PrinterProfile, sizeNumber: 1 | 2 | 3, width: number) =>
  Math.max(1, Math.floor(width / (CELL.width * receipt.sizes[sizeNumber].wide)))

const heightOf = ({ receipt }: PrinterProfile, sizeNumber: 1 | 2 | 3) =>
  Math.min(255, Math.round(CELL.height * receipt.sizes[sizeNumber].high * receipt.leading))

function textLine(line: Extract<ReceiptLine, { kind: 'text' }>, profile: PrinterProfile, width: number): Uint8Array {
  const wrapped = line.align === 'center' ? wrapEvenly : wrap
  const lines = wrapped(printableText(line.text), columnsOf(profile, line.size, width))
  return concat([
    size(profile.receipt.sizes[line.size]),
    lineSpacing(heightOf(profile, line.size)),
    bold(line.bold),
    align(line.align),
    ...lines.flatMap((text) => [encodeText(text), lineFeed]),
  ])
}

/** Label and value side by side, each wrapped in its own column. The value is bold, because people look for it. */
function factLine(line: Extract<ReceiptLine, { kind: 'fact' }>, profile: PrinterProfile, width: number): Uint8Array {
  const { valueDots, sizes } = profile.receipt
  const gap = CELL.width * sizes[1].wide
  const labels = wrap(printableText(line.label), columnsOf(profile, 1, valueDots - gap))
  const values = wrap(printableText(line.value), columnsOf(profile, 1, width - valueDots))
  const rows = Array.from({ length: Math.max(labels.length, values.length) }, (_, row) =>
    concat([
      bold(false),
      encodeText(labels[row] ?? ''),
      position(valueDots),
      bold(true),
      encodeText(values[row] ?? ''),
      lineFeed,
    ]),
  )
  return concat([size(sizes[1]), lineSpacing(heightOf(profile, 1)), align('left'), ...rows])
}

function ruleLine(profile: PrinterProfile, width: number): Uint8Array {
  const { ruleDots } = profile.receipt
  const widthBytes = Math.floor(width / 8)
  const around = feed(Math.round(heightOf(profile, 1) / 2))
  return concat([around, raster(widthBytes, ruleDots, new Uint8Array(widthBytes * ruleDots).fill(0xff)), around])
}

/**
 * The printer's own QR symbol, its modules as large as the code's width allows, with its caption below. Data that would
 * not fit the paper with readable modules is printed as letters.
 */
function qrLine(line: Extract<ReceiptLine, { kind: 'qr' }>, profile: PrinterProfile, width: number): Uint8Array {
  const data = new TextEncoder().encode(line.data)
  const modules = qrModules(data)
  const caption = { kind: 'text', text: line.caption, size: 1, bold: false, align: 'center' } as const
  if (modules === null || modules * QR_MODULE_DOTS.min > width) {
    return concat([textLine({ ...caption, text: line.data }, profile, width), textLine(caption, profile, width)])
  }
  const fitting = Math.floor(Math.min(profile.receipt.qrDots, width) / modules)
  const moduleDots = Math.max(QR_MODULE_DOTS.min, Math.min(QR_MODULE_DOTS.max, fitting))
  const quiet = feed(QR_QUIET_MODULES * moduleDots)
  return concat([align('center'), quiet, qrSymbol(data, moduleDots), quiet, textLine(caption, profile, width)])
}

/**
 * Modules across the symbol of these bytes; null when no symbol holds them. Counted as bytes: a printer that packs
 * digits tighter makes the symbol smaller, never larger.
 */
function qrModules(data: Uint8Array): number | null {
  if (data.length === 0 || data.length > QR_MAX_BYTES) return null
  return QRCode.create([{ data, mode: 'byte' }], { errorCorrectionLevel: 'Q' }).modules.size
}
