import PDFDocument from 'pdfkit'
import { PNG } from 'pngjs'
import QRCode from 'qrcode'
import type { PrinterConfig } from '../../contract/config.ts'
import type { PrintSheet } from '../../contract/device.ts'
import { HEAD_SIZES } from '../../contract/head.ts'
import type { ReceiptDocument } from '../../contract/print.ts'
import { asset } from '../documents/typeface.ts'

/** Lengths in millimetres. */
interface TestedPaper {
  /** Printable width. */
  width: number
  height: number
  /** From the upper edge to the first printable dot: on a thermal head, its distance from the blade. */
  top: number
  /** Text that names the printer on the page. */
  names: string
}

const MM = 72 / 25.4
/** One dot at 203 dpi. */
const DOT = 0.125 * MM
/** Letters from names of Italy's border regions; no single code page has all of them. */
const LETTERS = ['č š ž đ Č Š Ž Đ', 'ü ß à è é ì ò ù', 'Ä Ö Ü €'] as const
const QR_TEXT = 'TOTEM POLIS TEST PAGE'

/** An office printer's margin: hardly any can print nearer to the edge. */
const A4: TestedPaper = { width: 210, height: 297, top: 10, names: 'a4-office' }

/** What is printed to look at a printer: head width, blade distance, letters, greys and a QR code. */
export async function testSheets({ profile }: PrinterConfig): Promise<PrintSheet[]> {
  if (profile === 'a4-office') return [{ kind: 'pdf', pdf: await testPage(A4) }]
  const { headDots, dotsPerMm, cutterDots } = HEAD_SIZES[profile]
  const top = cutterDots / dotsPerMm
  const names = `${profile}: ${headDots} dots`
  const pdf = await testPage({ width: headDots / dotsPerMm, height: top + 70, top, names })
  return [
    { kind: 'receipt', document: letters(names) },
    { kind: 'pdf', pdf },
  ]
}

/** A receipt that tests the head's own letters: code pages, sizes and QR code. */
const letters = (names: string): ReceiptDocument => ({
  lines: [
    { kind: 'text', text: 'TEST PAGE', size: 3, bold: true, align: 'left' },
    { kind: 'text', text: names, size: 1, bold: false, align: 'left' },
    { kind: 'rule' },
    ...([1, 2, 3] as const).map(
      (size) => ({ kind: 'text', text: LETTERS.join('  '), size, bold: false, align: 'left' }) as const,
    ),
    { kind: 'text', text: LETTERS.join('  '), size: 1, bold: true, align: 'left' },
    { kind: 'fact', label: 'Nome', value: 'Đorđe Čuček, Jürgen Großrubatscher' },
    { kind: 'qr', data: QR_TEXT, caption: QR_TEXT },
  ],
})

/** A page that is printed as a picture: rulers across and along, hair lines, letters, grey tones and a QR code. */
async function testPage({ width, height, top, names }: TestedPaper): Promise<Buffer> {
  const pdf = new PDFDocument({ size: [width * MM, height * MM], margin: 0, font: '' })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => pdf.on('end', resolve))
  pdf.registerFont('text', asset('TitilliumWeb-Regular.ttf'))
  const write = (text: string, x: number, y: number, size = 9) =>
    pdf
      .font('text')
      .fontSize(size)
      .text(text, x * MM, y * MM, { lineBreak: false })
  const bar = (x: number, y: number, wide: number, high: number) =>
    pdf.rect(x * MM, y * MM, wide * MM, high * MM).fill()

  // Across: the first and the last dot of the head, and every millimetre between.
  bar(0, top, width, 0.25)
  for (let mm = 0; mm <= width; mm++) {
    const tick = mm % 10 === 0 ? 5 : mm % 5 === 0 ? 3.5 : 2
    pdf.rect(Math.min(mm * MM, width * MM - DOT), top * MM, DOT, tick * MM).fill()
    if (mm % 10 === 0 && mm > 0 && mm + 6 < width) write(String(mm), mm + 0.5, top + 2.5, 7)
  }
  // Along: the number beside a line is its distance from the paper's upper edge.
  for (let mm = Math.ceil(top); mm < height - 4; mm++) {
    const ten = mm % 10 === 0
    bar(width / 2, mm, ten ? 4 : 2, 0.125)
    if (ten) write(String(mm), width / 2 + 4.5, mm - 1.5, 7)
  }
  const left = 4
  write('TEST PAGE', left, top + 8, 14)
  write(names, left, top + 14)
  write(`upper line: ${top} mm`, left, top + 18)
  for (const [row, text] of LETTERS.entries()) write(text, left, top + 23 + row * 5, 11)
  write(LETTERS[0], left, top + 38, 6)
  for (let dots = 1; dots <= 4; dots++) pdf.rect(left * MM, (top + 42 + dots) * MM, 28 * MM, dots * DOT).fill()
  const right = width / 2 + 9
  pdf.image(photograph(), right * MM, (top + 8) * MM, { width: 26 * MM })
  const code = await QRCode.toBuffer(QR_TEXT, { errorCorrectionLevel: 'Q', margin: 0, scale: 8 })
  pdf.image(code, right * MM, (top + 32) * MM, { width: 24 * MM })
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

/** Every grey from black to white, on a ball as in a portrait and in steps. */
function photograph(): Buffer {
  const picture = new PNG({ width: 312, height: 240, colorType: 0 })
  for (let y = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++) {
      const grey = Math.round(greyAt(x, y))
      picture.data.set([grey, grey, grey, 255], (y * picture.width + x) * 4)
    }
  return PNG.sync.write(picture, { colorType: 0 })
}

const GROUND = 187
const BALL = { x: 156, y: 96, radius: 88, light: { x: 120, y: 60 }, fades: 130 }
const STEPS = { from: 200, width: 26, count: 12 }

function greyAt(x: number, y: number): number {
  if (y >= STEPS.from) return (Math.floor(x / STEPS.width) * 255) / (STEPS.count - 1)
  if (Math.hypot(x - BALL.x, y - BALL.y) > BALL.radius) return GROUND
  return 255 * Math.max(0, 1 - Math.hypot(x - BALL.light.x, y - BALL.light.y) / BALL.fades)
}
