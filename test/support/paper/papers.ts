import { createCanvas } from '@napi-rs/canvas'
import PDFDocument from 'pdfkit'
import { PNG } from 'pngjs'
import QRCode from 'qrcode'
import type { ReceiptDocument } from '../../../contract/print.ts'
import { type ProfileName, profiles } from '../../../native/printer/head/profiles.ts'
import { openPdf } from '../../../native/printer/image/pdf.ts'

/** A receipt with every kind of line, and the letters of the names of Italy's borderlands. */
export const receipt: ReceiptDocument = {
  lines: [
    { kind: 'text', text: 'TOTEM POLIS', size: 2, bold: true, align: 'left' },
    { kind: 'text', text: 'Ufficio postale di San Dorligo della Valle · Dolina', size: 1, bold: false, align: 'left' },
    { kind: 'rule' },
    { kind: 'text', text: 'RICHIESTA REGISTRATA', size: 3, bold: true, align: 'left' },
    { kind: 'space' },
    { kind: 'fact', label: 'Documento', value: 'Certificato di residenza + Certificato di stato di famiglia' },
    { kind: 'fact', label: 'Nomi', value: 'Nicolò Žerjav, Đorđe Čuček, Jürgen Großrubatscher' },
    { kind: 'fact', label: 'Importo', value: '16,00 €' },
    { kind: 'fact', label: 'Operazione', value: '01JD9Q3V6W8X2Y4Z5A6B7C8D9E' },
    { kind: 'space' },
    {
      kind: 'qr',
      data: 'TP1;op=01JD9Q3V6W8X2Y4Z5A6B7C8D9E;code=7K3M9QXR',
      caption: 'Il codice contiene l’operazione.',
    },
    { kind: 'space' },
    { kind: 'text', text: 'Perché è così: à è é ì ò ù À È É', size: 1, bold: false, align: 'center' },
  ],
}

/** An A4 PDF with text down to 6 points, hair lines and a seal, `pages` pages long. */
export async function certificatePdf(pages = 1, options: PDFKit.PDFDocumentOptions = {}): Promise<Buffer> {
  const pdf = new PDFDocument({ size: 'A4', margin: 56, autoFirstPage: false, ...options })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => pdf.on('end', resolve))
  for (let page = 1; page <= pages; page++) {
    pdf.addPage()
    pdf.font('Times-Bold').fontSize(20).text("MINISTERO DELL'INTERNO", { align: 'center' })
    pdf.font('Times-Roman').fontSize(13).text('Anagrafe nazionale della popolazione residente', { align: 'center' })
    pdf.moveDown(2).fontSize(16).text(`CERTIFICATO DI RESIDENZA (pagina ${page} di ${pages})`, { align: 'center' })
    pdf.moveDown().fontSize(11)
    for (let line = 0; line < 24; line++)
      pdf.text(`${line}. Risulta iscritto nell'anagrafe del comune, via Garibaldi ${line * 7}`)
    pdf.fontSize(6).text('Carattere minuto che deve restare leggibile sulla carta termica.')
    pdf.lineWidth(0.25).rect(56, 640, 483, 90).stroke().circle(480, 685, 36).stroke()
  }
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

/** A page with text over and beside a photograph-like picture, and a QR code that is a picture, too. */
export async function illustratedPdf(): Promise<Buffer> {
  const canvas = createCanvas(400, 300)
  const context = canvas.getContext('2d')
  const shade = context.createLinearGradient(0, 0, 400, 300)
  shade.addColorStop(0, '#000')
  shade.addColorStop(1, '#fff')
  context.fillStyle = shade
  context.fillRect(0, 0, 400, 300)
  context.fillStyle = '#d88'
  context.arc(200, 150, 90, 0, 2 * Math.PI)
  context.fill()

  const pdf = new PDFDocument({ size: [595, 420], margin: 40 })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => pdf.on('end', resolve))
  pdf.font('Times-Roman').fontSize(11).text('Le lettere fuori della fotografia restano nitide.')
  pdf.image(canvas.toBuffer('image/png'), 40, 80, { width: 320 })
  pdf.image(await QRCode.toBuffer('TP1;fotografia', { scale: 7 }), 400, 80, { width: 97 })
  pdf.text('Lettere sulla fotografia', 230, 280)
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

/** Dots of a picture of paper: 1 is black. */
export function dotsOf(png: Buffer): { width: number; height: number; dots: Uint8Array } {
  const { width, height, data } = PNG.sync.read(png)
  return {
    width,
    height,
    dots: Uint8Array.from({ length: width * height }, (_, i) => ((data[i * 4] ?? 255) < 128 ? 1 : 0)),
  }
}

/** The dots that a page must have on paper, centred on the head. */
export async function pageDots(
  pdf: Uint8Array,
  page: number,
  profile: ProfileName,
): Promise<ReturnType<typeof dotsOf>> {
  const { headDots, dotsPerMm } = profiles[profile]
  const opened = await openPdf(pdf)
  if (!opened.ok) throw new Error(opened.error.reason)
  const drawn = await opened.value.dots(page, { dotsPerMm, width: headDots, roll: true })
  await opened.value.close()
  if (!drawn.ok) throw new Error(drawn.error.reason)
  const { width, height, rows } = drawn.value
  const left = Math.floor((headDots - width) / 2)
  const bytes = Math.ceil(width / 8)
  const dots = new Uint8Array(headDots * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      dots[y * headDots + left + x] = ((rows[y * bytes + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1
    }
  }
  return { width: headDots, height, dots }
}
