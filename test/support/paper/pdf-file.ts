// PDFs written by hand (ISO 32000-1): what no library writes, and what a damaged or hostile file may hold.

const stream = (content: string | Uint8Array, entries = '') => {
  const bytes = Buffer.from(content)
  return Buffer.concat([
    Buffer.from(`<<${entries}/Length ${bytes.length}>>\nstream\n`),
    bytes,
    Buffer.from('\nendstream'),
  ])
}

/** A file of these objects, numbered from 1; the first is the catalog. `trailer`: more of its entries. */
export function pdfFile(objects: readonly (string | Uint8Array)[], trailer = ''): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets: number[] = []
  let length = parts[0]?.length ?? 0
  const write = (part: Buffer) => {
    parts.push(part)
    length += part.length
  }
  for (const [index, object] of objects.entries()) {
    offsets.push(length)
    write(Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]))
  }
  const start = length
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  write(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`))
  write(Buffer.from(`trailer\n<</Size ${objects.length + 1}/Root 1 0 R${trailer}>>\nstartxref\n${start}\n%%EOF\n`))
  return Buffer.concat(parts)
}

export interface PageOfPdf {
  /** Operators of its content; Helvetica is /F. */
  content?: string | Uint8Array
  /** Entries of its content stream, e.g. a filter. */
  filter?: string
  box?: string
  /** More entries of the page. */
  page?: string
  /** More entries of its resources. */
  resources?: string
  /** More entries of the catalog. */
  catalog?: string
  /** Objects from number 6 on. */
  more?: (string | Uint8Array)[]
}

/** A file of one page. */
export const pdfPage = ({
  content = 'BT /F 12 Tf 72 780 Td (pagina) Tj ET',
  filter = '',
  box = '0 0 595 842',
  page = '',
  resources = '',
  catalog = '',
  more = [],
}: PageOfPdf = {}): Buffer =>
  pdfFile([
    `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[${box}]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>${resources}>>${page}>>`,
    stream(content, filter),
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
    ...more,
  ])

/** Where the annotation of `annotated` stands: 328 × 30 points. */
const RECT = '/Rect[72 600 400 630]'

/** A page with one annotation. `look`: its appearance is a frame with a word in it. */
export function annotated(entries: string, { look = true, form = '', page = '' } = {}): Buffer {
  const appearance = look ? '/AP<</N 7 0 R>>' : ''
  return pdfPage({
    page: `/Annots[6 0 R]${page}`,
    catalog: `/AcroForm<</Fields[6 0 R]/DR<</Font<</F 5 0 R>>>>/DA(/F 14 Tf 0 g)${form}>>`,
    more: [
      `<</Type/Annot${RECT}${entries.includes('/AP') ? '' : appearance}${entries}>>`,
      stream(
        '0 0 328 30 re S BT /F 18 Tf 2 8 Td (ASPETTO) Tj ET',
        '/Type/XObject/Subtype/Form/BBox[0 0 328 30]/Resources<</Font<</F 5 0 R>>>>',
      ),
    ],
  })
}
