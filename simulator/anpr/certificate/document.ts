import PDFDocument from 'pdfkit'
import QRCode from 'qrcode'
import type { Family, Person } from '../../population/people.ts'
import { paragraph, type Style } from './layout.ts'
import { outline, registerFonts } from './typeface.ts'
import {
  ART_40,
  type Bollo,
  birth,
  capitals,
  type DrawnType,
  familyIntroduction,
  fullName,
  heading,
  italianDate,
  italianInstant,
  plain,
  residence,
  type Span,
  strong,
} from './wording.ts'

export interface CertificateFacts {
  types: readonly DrawnType[]
  subject: Person
  family: Family
  members: readonly Person[]
  bollo: Bollo
  protocol: string
  issuedAt: Date
  verification: { url: string; code: string }
  /** ANPR marks previews, and every sheet of an environment that is not production (ISS 1356). */
  stamp: 'ANTEPRIMA' | 'FAC-SIMILE'
}

// A4 in points; the thermal head's own margin is under 5 mm a side.
const PAGE = { width: 595.28, height: 841.89 }
const LEFT = 62
const WIDTH = PAGE.width - 2 * LEFT
// The sheet is printed at 203 dpi in black and white: ink is black only, a hairline is two dots (0.7 pt) wide.
const HAIRLINE = 0.7

const BODY: Style = { size: 12.5, weight: 'regular', leading: 19, align: 'left' }
const CENTRED: Style = { ...BODY, align: 'center' }
const SMALL: Style = { size: 9, weight: 'regular', leading: 12.2, align: 'left' }

/** Draws the certificate on one A4 page; `prepare` may add to the finished page (the seal's place). */
export async function drawCertificate(
  facts: CertificateFacts,
  prepare: (pdf: PDFKit.PDFDocument) => void,
): Promise<Buffer> {
  const { title, subtitle } = heading(facts.types)
  const pdf = new PDFDocument({
    pdfVersion: '1.7',
    size: 'A4',
    margin: 0,
    lang: 'it-IT',
    displayTitle: true,
    info: {
      Title: title,
      Author: 'Ministero dell’Interno – ANPR (simulatore)',
      Subject: `Protocollo ${facts.protocol}`,
      CreationDate: facts.issuedAt,
    },
  })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const finished = new Promise<Buffer>((resolve, reject) => {
    pdf.on('end', () => resolve(Buffer.concat(chunks)))
    pdf.on('error', reject)
  })
  registerFonts(pdf)
  const qr = await QRCode.create(facts.verification.url, { errorCorrectionLevel: 'Q' })

  stamp(pdf, facts.stamp)
  let y = letterhead(pdf, facts.family)
  y = titles(pdf, title, subtitle, y + 34)
  y = person(pdf, facts.subject, y + 22)
  y = statements(pdf, facts, y + 22)
  y = conditions(pdf, facts, y + 18)
  proofs(pdf, facts, qr, Math.max(y + 18, 640))
  worthless(pdf, facts.stamp)
  prepare(pdf)
  pdf.end()
  return finished
}

function letterhead(pdf: PDFKit.PDFDocument, family: Family): number {
  const centred = (text: string, y: number, style: Partial<Style>) =>
    paragraph(pdf, [plain(text)], { x: LEFT, y, width: WIDTH, style: { ...CENTRED, ...style } })
  centred('MINISTERO DELL’INTERNO', 46, { size: 17, weight: 'bold' })
  centred('Anagrafe Nazionale della Popolazione Residente', 70, { size: 12.5 })
  rule(pdf, 96, 1.6)
  centred(`Comune di ${capitals(family.comune.name)} (${family.comune.province})`, 104, {
    size: 11,
    weight: 'semibold',
  })
  return 122
}

function titles(pdf: PDFKit.PDFDocument, title: string, subtitle: string | null, y: number): number {
  const below = paragraph(pdf, [plain(title)], {
    x: LEFT,
    y,
    width: WIDTH,
    style: { size: 22, weight: 'bold', leading: 30, align: 'center' },
  })
  if (!subtitle) return below
  return paragraph(pdf, [plain(subtitle)], { x: LEFT, y: below - 2, width: WIDTH, style: { ...CENTRED, size: 13.5 } })
}

function person(pdf: PDFKit.PDFDocument, subject: Person, y: number): number {
  const centred = (spans: Span[], top: number, style: Partial<Style> = {}) =>
    paragraph(pdf, spans, { x: LEFT, y: top, width: WIDTH, style: { ...CENTRED, ...style } })
  const below = centred(
    [plain('In base alle risultanze dell’Anagrafe Nazionale della Popolazione Residente si certifica che')],
    y,
  )
  const name = centred([plain(fullName(subject))], below + 7, { size: 18, weight: 'bold', leading: 26 })
  const born = centred(birth(subject), name + 2)
  return centred([plain('codice fiscale '), strong(subject.codiceFiscale)], born)
}

/** Draws what a type states, from `y` down; answers where the text ends. */
const STATEMENTS: Record<DrawnType, (pdf: PDFKit.PDFDocument, facts: CertificateFacts, y: number) => number> = {
  '8': (pdf, { subject, family }, y) =>
    paragraph(pdf, residence(subject, family), { x: LEFT, y, width: WIDTH, style: BODY }) + 8,
  '12'(pdf, { types, subject, family, members }, y) {
    const introduction = familyIntroduction(subject, family, types.length === 1)
    return table(pdf, members, paragraph(pdf, introduction, { x: LEFT, y, width: WIDTH, style: BODY }) + 6)
  },
}

const statements = (pdf: PDFKit.PDFDocument, facts: CertificateFacts, y: number): number =>
  facts.types.reduce((below, type) => STATEMENTS[type](pdf, facts, below), y)

const COLUMNS = [
  { head: 'Cognome e nome', width: 0.45, of: fullName },
  {
    head: 'Luogo di nascita',
    width: 0.35,
    of: (p: Person) => `${capitals(p.birthComune.name)} (${p.birthComune.province})`,
  },
  { head: 'Data di nascita', width: 0.2, of: (p: Person) => italianDate(p.born) },
] as const

function table(pdf: PDFKit.PDFDocument, members: readonly Person[], y: number): number {
  const row = (cells: readonly Span[], top: number) => {
    let x = LEFT
    for (const [index, cell] of cells.entries()) {
      const width = WIDTH * (COLUMNS[index]?.width ?? 0)
      paragraph(pdf, [cell], { x: x + 4, y: top + 4, width: width - 8, style: { ...BODY, size: 11, leading: 15 } })
      x += width
    }
    rule(pdf, top + 22, HAIRLINE)
    return top + 22
  }
  rule(pdf, y, 1.2)
  let below = row(
    COLUMNS.map(({ head }) => strong(head)),
    y,
  )
  for (const member of members) {
    below = row(
      COLUMNS.map(({ of }) => plain(of(member))),
      below,
    )
  }
  return below
}

function conditions(pdf: PDFKit.PDFDocument, { bollo: settled }: CertificateFacts, y: number): number {
  // Uncertain: the words that the Ministry prints for a contrassegno.
  const bollo =
    settled === 'contrassegno'
      ? [plain('Imposta di bollo di euro 16,00 assolta con contrassegno, da apporre sul presente certificato.')]
      : [
          plain('Rilasciato in carta libera, esente da imposta di bollo ai sensi di: '),
          strong(settled.exempt),
          plain('.'),
        ]
  const below = paragraph(pdf, bollo, { x: LEFT, y, width: WIDTH, style: { ...BODY, size: 11, leading: 16 } })
  const frame = { top: below + 8, padding: 9 }
  const inside = paragraph(pdf, [strong(`${ART_40}.`), plain(' (Art. 40, comma 2, D.P.R. 28 dicembre 2000, n. 445)')], {
    x: LEFT + 12,
    y: frame.top + frame.padding,
    width: WIDTH - 24,
    style: { ...CENTRED, size: 11, leading: 15.5 },
  })
  pdf
    .lineWidth(1.1)
    .rect(LEFT, frame.top, WIDTH, inside - frame.top + frame.padding - 2)
    .stroke('black')
  return inside + frame.padding
}

/** QR modules of 0.7 mm, over 5 dots at 203 dpi: a thermal head smears anything finer. */
const MODULE = 2

function proofs(pdf: PDFKit.PDFDocument, facts: CertificateFacts, qr: QRCode.QRCode, y: number): void {
  const { size } = qr.modules
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (qr.modules.get(row, column)) pdf.rect(LEFT + column * MODULE, y + row * MODULE, MODULE, MODULE)
    }
  }
  pdf.fill('black')

  const x = LEFT + size * MODULE + 22
  const width = LEFT + WIDTH - x
  const fact = (label: string, value: string, top: number) =>
    paragraph(pdf, [plain(`${label} `), strong(value)], {
      x,
      y: top,
      width,
      style: { ...BODY, size: 10.5, leading: 15 },
    })
  let below = fact('Protocollo ANPR', facts.protocol, y - 3)
  below = fact('Rilasciato il', italianInstant(facts.issuedAt), below)
  below = fact('Codice di verifica', facts.verification.code, below)
  const note = (text: string, top: number) => paragraph(pdf, [plain(text)], { x, y: top, width, style: SMALL })
  below = note(
    'Il codice QR conduce alla verifica del certificato, possibile per il periodo della sua validità. ' +
      'Validità: tre mesi dal rilascio (art. 33 D.P.R. 30 maggio 1989, n. 223).',
    below + 5,
  )
  below = note(
    'Documento informatico munito di sigillo elettronico, ai sensi dell’art. 62, comma 3, del D.Lgs. 7 marzo 2005, ' +
      'n. 82. Il sigillo non è visibile sulla copia su carta.',
    below + 3,
  )
  paragraph(pdf, [plain(facts.verification.url)], {
    x: LEFT,
    y: Math.max(below, y + size * MODULE) + 8,
    width: WIDTH,
    style: { ...SMALL, align: 'center' },
  })
}

function rule(pdf: PDFKit.PDFDocument, y: number, width: number): void {
  pdf
    .lineWidth(width)
    .moveTo(LEFT, y)
    .lineTo(LEFT + WIDTH, y)
    .stroke('black')
}

const WORTHLESS = {
  ANTEPRIMA: 'ANTEPRIMA: serve a controllare i dati prima del rilascio, non è un certificato',
  'FAC-SIMILE': 'FAC-SIMILE: rilasciato da un ambiente di prova, non ha alcun valore',
}

/** Says the stamp in words, for whoever does not see it or has the paper read out. */
function worthless(pdf: PDFKit.PDFDocument, kind: CertificateFacts['stamp']): void {
  const style: Style = { ...SMALL, weight: 'semibold', align: 'center' }
  paragraph(pdf, [plain(WORTHLESS[kind])], { x: LEFT, y: 796, width: WIDTH, style })
}

/**
 * The stamp lies under the text, its letters drawn in dotted outline: a thermal head would turn a grey fill into dots
 * that eat the text above. The letters are shapes, so that text extraction gets the certificate alone.
 */
function stamp(pdf: PDFKit.PDFDocument, text: CertificateFacts['stamp']): void {
  const size = 104
  const { paths, width } = outline(text, size)
  pdf.save().lineWidth(HAIRLINE).dash(1.2, { space: 2.8 }).strokeColor('black')
  pdf
    .translate(PAGE.width / 2, PAGE.height * 0.46)
    .rotate(-50)
    // Glyph outlines have y upwards.
    .scale(1, -1)
    .translate(-width / 2, -size * 0.34)
  for (const { path, x } of paths) {
    pdf.save().translate(x, 0).path(path).stroke().restore()
  }
  pdf.undash().restore()
}
