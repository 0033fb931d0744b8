import PDFDocument from 'pdfkit'
import QRCode from 'qrcode'
import type { CertificateGrant } from '../grant.ts'
import { heightOf, paragraph, type Style } from './layout.ts'
import { type Part, STATEMENTS } from './statements.ts'
import { outline, registerFonts } from './typeface.ts'
import {
  capitals,
  comuneIn,
  euro,
  fill,
  fullName,
  isFeminine,
  italianDate,
  italianInstant,
  type Language,
  placeName,
  plain,
  type Span,
  strong,
  WORDS,
} from './wording.ts'
import type { Words } from './words/words.ts'

export interface CertificateFacts extends CertificateGrant {
  protocol: string
  issuedAt: Date
  verification: { url: string; code: string }
  /** ANPR marks previews, and every sheet of an environment that is not production (italia/anpr issue 1356). */
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
const SMALLEST: Style = { size: 8, weight: 'regular', leading: 10, align: 'left' }
const SMALL: Style = { size: 9, weight: 'regular', leading: 12.2, align: 'left' }
/** The second language stands below the Italian, one size down. */
const SECOND: Style = { ...BODY, size: 11, leading: 16 }
/** Text ends here; below is what is said of the sheet itself. */
const BOTTOM = 784
const TOP = 46

/** Draws the certificate on A4, a second page where one does not hold it; `prepare` may add the seal's place. */
export async function drawCertificate(
  facts: CertificateFacts,
  prepare: (pdf: PDFKit.PDFDocument) => void,
): Promise<Buffer> {
  const pdf = new PDFDocument({
    pdfVersion: '1.7',
    size: 'A4',
    margin: 0,
    lang: 'it-IT',
    displayTitle: true,
    bufferPages: true,
    info: {
      Title: heading(facts.types, 'it').title,
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
  pdf.on('pageAdded', () => stamp(pdf, facts.stamp))
  let y = letterhead(pdf, facts)
  y = titles(pdf, facts, y + 34)
  y = person(pdf, facts, y + 22)
  y = statements(pdf, facts, y + 22)
  y = conditions(pdf, facts, y + 18)
  proofs(pdf, facts, qr, y + 18)
  everyPage(pdf, facts)
  prepare(pdf)
  pdf.end()
  return finished
}

/** Where something `height` high begins: at `y`, or at the top of a new page. */
function roomFor(pdf: PDFKit.PDFDocument, height: number, y: number, bottom = BOTTOM): number {
  if (y + height <= bottom) return y
  pdf.addPage()
  return TOP
}

function block(pdf: PDFKit.PDFDocument, spans: readonly Span[], y: number, style: Style): number {
  const top = roomFor(pdf, heightOf(pdf, spans, WIDTH, style), y)
  return paragraph(pdf, spans, { x: LEFT, y: top, width: WIDTH, style })
}

/** The same in each language of the sheet. */
function inEach(
  pdf: PDFKit.PDFDocument,
  { languages }: CertificateFacts,
  say: (words: Words, language: Language) => Span[],
  y: number,
  [first, second]: readonly [Style, Style],
): number {
  return languages.reduce((below, language, index) => {
    const spans = say(WORDS[language], language)
    return spans.length === 0 ? below : block(pdf, spans, below, index === 0 ? first : second)
  }, y)
}

function letterhead(pdf: PDFKit.PDFDocument, facts: CertificateFacts): number {
  const centred = (text: string, y: number, style: Partial<Style>) =>
    paragraph(pdf, [plain(text)], { x: LEFT, y, width: WIDTH, style: { ...CENTRED, ...style } })
  centred('MINISTERO DELL’INTERNO', 46, { size: 17, weight: 'bold' })
  centred('Anagrafe Nazionale della Popolazione Residente', 70, { size: 12.5 })
  rule(pdf, 96, 1.6)
  const comuni = facts.languages.map((language) =>
    WORDS[language].comune.replace('{comune}', comuneIn(facts.subject, language)),
  )
  centred(comuni.join(' – '), 104, { size: 11, weight: 'semibold' })
  return 122
}

/** One name, or "contestuale" with the names of what the sheet holds. */
function heading(types: readonly string[], language: Language): { title: string; subtitle: string | null } {
  const { certificate, contestuale, and, names } = WORDS[language]
  const [one = '', ...more] = types.map((type) => names[type] ?? '')
  if (more.length === 0) return { title: certificate.replace('{name}', capitals(one)), subtitle: null }
  const last = more.pop() ?? ''
  return { title: contestuale, subtitle: `${[one, ...more].join(', ')} ${and} ${last}` }
}

function titles(pdf: PDFKit.PDFDocument, { types, languages }: CertificateFacts, y: number): number {
  return languages.reduce((top, language, index) => {
    const { title, subtitle } = heading(types, language)
    const size = index === 0 ? { size: 22, leading: 30 } : { size: 15, leading: 21 }
    const below = block(pdf, [plain(title)], top, { ...size, weight: 'bold', align: 'center' })
    return subtitle ? block(pdf, [plain(subtitle)], below - 2, { ...CENTRED, size: index === 0 ? 13.5 : 11.5 }) : below
  }, y)
}

function person(pdf: PDFKit.PDFDocument, facts: CertificateFacts, y: number): number {
  const { generalita } = facts.subject
  const styles = [CENTRED, { ...SECOND, align: 'center' }] as const
  const below = inEach(pdf, facts, ({ certifies }) => [plain(certifies)], y, styles)
  const name = block(pdf, [plain(fullName(generalita))], below + 7, {
    ...CENTRED,
    size: 18,
    weight: 'bold',
    leading: 26,
  })
  const values = { place: placeName(generalita.luogoNascita), date: italianDate(generalita.dataNascita, generalita) }
  const born = ({ born, bornMonth, bornYear }: Words) =>
    fill(
      generalita.senzaGiornoMese ? bornYear : generalita.senzaGiorno ? bornMonth : born,
      values,
      isFeminine(generalita),
    )
  const birth = inEach(pdf, facts, born, name + 2, styles)
  const code = generalita.codiceFiscale?.codFiscale
  if (!code) return birth
  return inEach(pdf, facts, ({ codiceFiscale }) => fill(codiceFiscale, { code }), birth, styles)
}

function statements(pdf: PDFKit.PDFDocument, facts: CertificateFacts, y: number): number {
  return facts.types.reduce((top, type) => {
    const parts = STATEMENTS[type]?.(facts) ?? []
    return (
      parts.reduce((below, part) => {
        if (part.kind === 'table') return table(pdf, part, facts, below + 6)
        return inEach(pdf, facts, (_, language) => part.say(language), below, [BODY, SECOND])
      }, top) + 8
    )
  }, y)
}

/** Share of the width that each column takes beside the others. */
const SHARE: Record<keyof Words['columns'], number> = {
  name: 0.45,
  place: 0.35,
  date: 0.2,
  status: 0.25,
  kinship: 0.3,
  address: 0.64,
  from: 0.18,
  to: 0.18,
  citizenship: 0.6,
}
const CELL: Style = { ...BODY, size: 11, leading: 15 }

function table(
  pdf: PDFKit.PDFDocument,
  { columns, rows }: Extract<Part, { kind: 'table' }>,
  { languages }: CertificateFacts,
  y: number,
): number {
  const shares = columns.map((column) => SHARE[column])
  const whole = shares.reduce((sum, share) => sum + share, 0)
  const inAll = (say: (language: Language) => string) => [...new Set(languages.map(say))].join(' / ')
  const row = (cells: readonly Span[], at: number) => {
    const widths = shares.map((share) => (WIDTH * share) / whole)
    const height = Math.max(...cells.map((cell, index) => heightOf(pdf, [cell], (widths[index] ?? 0) - 8, CELL))) + 7
    const top = roomFor(pdf, height, at)
    let x = LEFT
    for (const [index, cell] of cells.entries()) {
      const width = widths[index] ?? 0
      paragraph(pdf, [cell], { x: x + 4, y: top + 4, width: width - 8, style: CELL })
      x += width
    }
    rule(pdf, top + height, HAIRLINE)
    return top + height
  }
  const top = roomFor(pdf, 60, y)
  rule(pdf, top, 1.2)
  const head = columns.map((column) => strong(inAll((language) => WORDS[language].columns[column])))
  return rows.reduce(
    (below, cells) =>
      row(
        cells.map((say) => plain(inAll(say))),
        below,
      ),
    row(head, top),
  )
}

/** Art. 40 DPR 445/2000 by use: for private parties in Italy, immigration, court, abroad. */
const USES: Record<string, 'art40' | 'immigration' | 'court' | 'abroad'> = {
  '0': 'art40',
  '1': 'abroad',
  '2': 'immigration',
  '3': 'court',
  '4': 'abroad',
}

function conditions(pdf: PDFKit.PDFDocument, facts: CertificateFacts, y: number): number {
  const { bollo, diritti, paEstera } = facts
  const style: Style = { ...BODY, size: 11, leading: 16 }
  const second: Style = { ...style, size: 10, leading: 14 }
  const settled = (words: Words) => {
    // Uncertain: the words that the Ministry prints for a contrassegno, and for a bollo paid virtually.
    if ('paid' in bollo) {
      const said = { contrassegno: words.contrassegno, virtual: words.virtual, other: words.otherwisePaid }[bollo.paid]
      const { authorisation = '' } = bollo as { authorisation?: string }
      return fill(said, { amount: euro(bollo.cents), authorisation }).map(({ text }) => plain(text))
    }
    return bollo.exempt ? fill(words.exempt, { law: bollo.exempt }) : [plain(words.exemptUnnamed)]
  }
  const paid = inEach(pdf, facts, settled, y, [style, second])
  const fees = ({ diritti: say }: Words) => (diritti > 0 ? fill(say, { amount: euro(diritti) }) : [])
  const below = inEach(pdf, facts, fees, paid, [style, second])

  const use = USES[paEstera] ?? 'art40'
  const framed: Style = { ...CENTRED, size: 11, leading: 15.5 }
  const sentences = facts.languages.map((language) => [
    strong(`${WORDS[language][use]}.`),
    ...(use === 'art40' && language === 'it' ? [plain(' (Art. 40, comma 2, D.P.R. 28 dicembre 2000, n. 445)')] : []),
  ])
  const padding = 9
  const height = sentences.reduce((sum, spans) => sum + heightOf(pdf, spans, WIDTH - 24, framed), 2 * padding)
  const top = roomFor(pdf, height, below + 8)
  const inside = sentences.reduce(
    (at, spans) => paragraph(pdf, spans, { x: LEFT + 12, y: at, width: WIDTH - 24, style: framed }),
    top + padding,
  )
  pdf
    .lineWidth(1.1)
    .rect(LEFT, top, WIDTH, inside - top + padding - 2)
    .stroke('black')
  return inside + padding
}

/** QR modules of 0.7 mm, over 5 dots at 203 dpi: a thermal head smears anything finer. */
const MODULE = 2

/** Facts that do not change have no end (art. 41 DPR 445/2000). */
const UNLIMITED = ['1', '2']

function proofs(pdf: PDFKit.PDFDocument, facts: CertificateFacts, qr: QRCode.QRCode, from: number): void {
  const { size } = qr.modules
  const y = Math.max(roomFor(pdf, size * MODULE + 22, from), 640)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (qr.modules.get(row, column)) pdf.rect(LEFT + column * MODULE, y + row * MODULE, MODULE, MODULE)
    }
  }
  pdf.fill('black')

  const x = LEFT + size * MODULE + 22
  const width = LEFT + WIDTH - x
  const words = facts.languages.map((language) => WORDS[language])
  const inAll = (key: 'protocol' | 'issued' | 'code') => words.map((one) => one[key]).join(' / ')
  const fact = (label: string, value: string, top: number) =>
    paragraph(pdf, [plain(`${label} `), strong(value)], {
      x,
      y: top,
      width,
      style: { ...BODY, size: 10.5, leading: 15 },
    })
  let below = fact(inAll('protocol'), facts.protocol, y - 3)
  below = fact(inAll('issued'), italianInstant(facts.issuedAt), below)
  below = fact(inAll('code'), facts.verification.code, below)
  const validity = facts.types.every((type) => UNLIMITED.includes(type)) ? 'unlimited' : 'threeMonths'
  const note = (text: string, top: number) =>
    paragraph(pdf, [plain(text)], { x, y: top, width, style: words.length > 1 ? SMALLEST : SMALL })
  below = note(words.map((one) => `${one.qr} ${one[validity]}`).join(' '), below + 5)
  below = note(words.map(({ seal }) => seal).join(' '), below + 3)
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

/** At the foot of each page: the stamp in words, for whoever does not see it, and which page of how many. */
function everyPage(pdf: PDFKit.PDFDocument, { stamp: kind, protocol }: CertificateFacts): void {
  const style: Style = { ...SMALL, weight: 'semibold', align: 'center' }
  const { count } = pdf.bufferedPageRange()
  for (let page = 0; page < count; page++) {
    pdf.switchToPage(page)
    paragraph(pdf, [plain(WORTHLESS[kind])], { x: LEFT, y: 796, width: WIDTH, style })
    if (count < 2) continue
    const place = `Protocollo ANPR ${protocol} – pagina ${page + 1} di ${count}`
    paragraph(pdf, [plain(place)], { x: LEFT, y: 809, width: WIDTH, style: { ...SMALL, align: 'center' } })
  }
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
