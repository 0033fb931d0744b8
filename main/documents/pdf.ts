import { type Layout, layOut } from './layout.ts'
import { mm, setLines } from './lines.ts'
import type { Paper, Words } from './model.ts'
import { fitted, type Place } from './placing.ts'
import { DOT, type Element, HAIRLINE, type Ink, type Mark, PAGE, WIDTH } from './sheet.ts'
import { dateTime, footing, helpOf } from './texts.ts'
import { asset, BASELINE, FACES, type Face, type Measure, type Style } from './typeface.ts'

// Colours of Italian public services; all of them turn black on a thermal head.
const INKS: Record<Ink, string> = { black: '#000000', dark: '#17324D', accent: '#0066CC' }
const FOOT: Style = { face: 'regular', size: 10, leading: 12 }
/** Members that pdfkit's types leave out. */
interface Pdfkit {
  default: new (options: PDFKit.PDFDocumentOptions) => PDFKit.PDFDocument
  registerFile(path: string, data: Uint8Array): void
}

/** Of which paper a PDF is the page; both are let go together. */
const papers = new WeakMap<Uint8Array, Paper>()
/** The paper that `renderPdf` drew as this PDF; undefined where another has made it. */
export const paperOf = (pdf: Uint8Array): Paper | undefined => papers.get(pdf)

/**
 * Renders the paper as tagged PDF/A-2a (ISO 19005-2), A4. The same paper gives the same bytes. A paper's title becomes
 * the file's title and must not name anybody.
 */
export async function renderPdf(paper: Paper): Promise<Uint8Array> {
  // pdfkit's font engine takes a tenth of a second to load, so it loads with the first paper.
  const { default: PDFDocument, registerFile } = (await import('pdfkit')) as unknown as Pdfkit
  // pdfkit looks for its colour profile beside itself; in a bundle that is the place of this module.
  const profile = 'sRGB_IEC61966_2_1.icc'
  registerFile(new URL(`./data/${profile}`, import.meta.url).href, asset(profile))

  const title = plain(paper.title)
  const pdf = new PDFDocument({
    pdfVersion: '1.7',
    subset: 'PDF/A-2a',
    tagged: true,
    size: 'A4',
    margin: 0,
    // No default font, because that would not be embedded.
    font: '',
    lang: paper.languages[0],
    displayTitle: true,
    bufferPages: true,
    autoFirstPage: false,
    info: { Title: title, Author: 'Totem Polis', Creator: 'Totem Polis', Producer: 'PDFKit', CreationDate: paper.at },
  })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const finished = new Promise<Uint8Array>((resolve, reject) => {
    pdf.on('end', () => resolve(Buffer.concat(chunks)))
    pdf.on('error', reject)
  })
  for (const [face, name] of Object.entries(FACES)) pdf.registerFont(face, asset(`${name}.ttf`))

  const measure: Measure = (text, { face, size }) => pdf.font(face, size).widthOfString(text)
  const layout = layOut(paper, measure)
  const { places, pages } = fitted(layout.bands, PAGE)
  for (let page = 0; page < pages; page++) pdf.addPage()
  drawContent(pdf, layout, places)
  drawArtifacts(pdf, layout, places)
  for (let page = 0; page < pages; page++) {
    pdf.switchToPage(page)
    artifact(pdf, 'Pagination', () => {
      if (page > 0) drawHead(pdf, title, paper.office, measure)
      drawFoot(pdf, paper, page + 1, pages, measure)
    })
  }
  pdf.end()
  const bytes = await finished
  papers.set(bytes, paper)
  return bytes
}

const plain = (words: Words): string =>
  (words[0] ?? []).map((run) => (typeof run === 'string' ? run : 'strong' in run ? run.strong : '')).join('')

function drawContent(pdf: PDFKit.PDFDocument, { root, bands }: Layout, places: ReadonlyMap<object, Place>): void {
  const order = new Map(bands.map((band, index) => [band, index]))
  const pageOf = ({ band }: Element['parts'][number]) => places.get(band)?.page ?? 0
  const make = ({ tag, lang, alt, scope }: Element) => {
    const options = { ...(lang && { lang }), ...(alt && { alt }), ...(scope && { scope }) }
    return pdf.struct(tag, options)
  }
  const add = (element: Element, parent: PDFKit.PDFStructureElement) => {
    const made = make(element)
    parent.add(made)
    for (const child of element.children) add(child, made)
    const parts = element.parts.toSorted((a, b) => (order.get(a.band) ?? 0) - (order.get(b.band) ?? 0))
    for (const page of new Set(parts.map(pageOf))) {
      pdf.switchToPage(page)
      made.add(() => {
        for (const part of parts.filter((one) => pageOf(one) === page)) {
          for (const mark of part.marks) draw(pdf, mark, places.get(part.band)?.y ?? 0)
        }
      })
    }
    made.end()
  }
  const document = make(root)
  pdf.addStructure(document)
  for (const child of root.children) add(child, document)
  document.end()
}

function drawArtifacts(pdf: PDFKit.PDFDocument, { artifacts }: Layout, places: ReadonlyMap<object, Place>): void {
  for (const { band, marks } of artifacts) {
    const { page, y } = places.get(band) ?? { page: 0, y: 0 }
    pdf.switchToPage(page)
    artifact(pdf, 'Layout', () => {
      for (const mark of marks) draw(pdf, mark, y)
    })
  }
}

function artifact(pdf: PDFKit.PDFDocument, type: 'Layout' | 'Pagination', drawing: () => void): void {
  pdf.markContent('Artifact', { type })
  drawing()
  pdf.endMarkedContent()
}

function draw(pdf: PDFKit.PDFDocument, mark: Mark, top: number): void {
  const y = top + mark.y
  switch (mark.kind) {
    case 'text':
      pdf.fillColor(INKS[mark.ink])
      for (const { text, style, x, width } of mark.line) {
        const left = mark.x + x
        if (text === null) {
          pdf.rect(left, y + style.leading * BASELINE + mm(0.6), width - mm(1), HAIRLINE).fill()
          continue
        }
        // All faces share one baseline.
        const baseline = y + style.leading * BASELINE
        pdf
          .font(style.face as Face, style.size)
          .text(text, left, baseline, { lineBreak: false, baseline: 'alphabetic' })
      }
      return
    case 'rule':
      pdf.rect(mark.x, y, mark.width, mark.weight).fill(INKS[mark.ink])
      return
    case 'bar':
      pdf.rect(mark.x, y, mark.width, mark.height).fill(INKS[mark.ink])
      return
    case 'frame':
      pdf
        .lineWidth(mark.weight)
        .rect(mark.x + mark.weight / 2, y + mark.weight / 2, mark.width - mark.weight, mark.height - mark.weight)
        .stroke(INKS.black)
      return
    case 'cross': {
      const inset = mark.side * 0.24
      const [left, right, above, below] = [mark.x + inset, mark.x + mark.side - inset, y + inset, y + mark.side - inset]
      pdf.lineWidth(mm(0.55)).moveTo(left, above).lineTo(right, below).moveTo(right, above).lineTo(left, below)
      pdf.stroke(INKS.black)
      return
    }
    case 'qr': {
      const snap = (at: number) => Math.round(at / DOT) * DOT
      for (const [row, modules] of mark.rows.entries()) {
        for (const [column, black] of modules.entries()) {
          if (black)
            pdf.rect(snap(mark.x) + column * mark.module, snap(y) + row * mark.module, mark.module, mark.module)
        }
      }
      pdf.fill(INKS.black)
      return
    }
  }
}

/** Names the paper at the head of each further sheet. */
function drawHead(pdf: PDFKit.PDFDocument, title: string, office: string, measure: Measure): void {
  const head = setLines([`${title} · ${office}`], { width: WIDTH, style: FOOT }, measure).slice(0, 1)
  for (const line of head) draw(pdf, { kind: 'text', x: PAGE.left, y: mm(9.5), line, ink: 'black' }, 0)
  draw(pdf, { kind: 'rule', x: PAGE.left, y: mm(15), width: WIDTH, weight: HAIRLINE, ink: 'black' }, 0)
}

function drawFoot(pdf: PDFKit.PDFDocument, paper: Paper, page: number, pages: number, measure: Measure): void {
  const { languages, at, totem, operation, reprint } = paper
  const numbers = languages.map((language) => footing[language].page(page, pages)).join(' / ')
  const words = footing[languages[0]]
  const right = [numbers, ...helpOf(paper)].flatMap((text) =>
    setLines([text], { width: WIDTH / 2, style: FOOT, align: 'right' }, measure),
  )
  const sheet = [`${words.totem} ${totem} · ${dateTime(at.toISOString(), 'it')}`]
  if (operation !== null) sheet.push(`${words.operation} ${operation}`)
  if (reprint) sheet.push(words.reprint)
  const left = sheet.flatMap((text) => setLines([text], { width: WIDTH / 2, style: FOOT }, measure))
  // Three lines have room above the edge that a kiosk's head cannot print.
  const y = PAGE.bottom + mm(1.8)
  draw(pdf, { kind: 'rule', x: PAGE.left, y: y - mm(0.8), width: WIDTH, weight: HAIRLINE, ink: 'black' }, 0)
  for (const [index, line] of left.entries())
    draw(pdf, { kind: 'text', x: PAGE.left, y: y + index * FOOT.leading, line, ink: 'black' }, 0)
  for (const [index, line] of right.entries())
    draw(pdf, { kind: 'text', x: PAGE.left + WIDTH / 2, y: y + index * FOOT.leading, line, ink: 'black' }, 0)
}
