// Over 400 lines: every kind of block writes into one flow of bands, marks and tags, which one function holds.
import QRCode from 'qrcode'
import { type Line, mm, setLines } from './lines.ts'
import type { Block, Choice, Fact, Paper, Run, Source, Table, Words } from './model.ts'
import type { Band } from './placing.ts'
import {
  BAR,
  BOX,
  BOX_INDENT,
  COLUMN_GAP,
  type Element,
  HAIRLINE,
  INSET,
  type Ink,
  type Mark,
  moduleOf,
  PAGE,
  QUIET_MODULES,
  STYLES,
  second,
  TAG_WIDTH,
  WIDTH,
  WRITING,
} from './sheet.ts'
import type { Measure, Style } from './typeface.ts'

export interface Layout {
  root: Element
  bands: Band[]
  /** Bars, rules and frames, which have no content of their own. */
  artifacts: { band: Band; marks: Mark[] }[]
}

const TAGS: Record<Source, string> = { anpr: 'ANPR', card: 'CARTA' }

/** Lays a paper out as bands of one column, for the pages, and as a tree, for screen readers. Pure. */
export function layOut(paper: Paper, measure: Measure): Layout {
  const { languages } = paper
  const bands: Band[] = []
  const artifacts: Layout['artifacts'] = []

  const band = (height: number, before = 0, keep = false): Band => {
    const made = { height, before, keep }
    bands.push(made)
    return made
  }
  const element = (tag: string, children: Element[] = [], more: Partial<Element> = {}): Element => ({
    tag,
    children,
    parts: [],
    ...more,
  })
  const lang = (index: number): Pick<Element, 'lang'> => (index === 0 ? {} : { lang: languages[index] ?? languages[0] })
  const text = (x: number, y: number, line: Line, ink: Ink = 'black'): Mark => ({ kind: 'text', x, y, line, ink })
  const stack = (lines: readonly Line[], x: number, y: number, { leading }: Style, ink: Ink = 'black'): Mark[] =>
    lines.map((line, index) => text(x, y + index * leading, line, ink))

  /** Sets the languages of `words` below each other, a band a line; no line stands alone on a page. */
  function paragraphs(
    words: Words,
    style: Style,
    { x = PAGE.left, width = WIDTH, before = 0, keep = false, tag = 'P', ink = 'black' as Ink } = {},
  ): Element[] {
    return words.map((runs, index) => {
      const own = index === 0 ? style : second(style)
      const lines = setLines(runs, { width, style: own }, measure)
      const leaf = element(tag, [], lang(index))
      for (const [at, line] of lines.entries()) {
        const held = at === 0 || at === lines.length - 2 || lines.length <= 4
        const last = index === words.length - 1 && at === lines.length - 1
        const above = at > 0 ? 0 : index === 0 ? before : mm(0.5)
        const strip = band(own.leading, above, last ? keep : held || at === lines.length - 1)
        leaf.parts.push({ band: strip, marks: [text(x, 0, line, ink)] })
      }
      return leaf
    })
  }

  /** Cells side by side in one band. */
  function row(
    cells: readonly {
      x: number
      width: number
      words: Words
      style: Style
      align?: 'left' | 'right'
      element: Partial<Element> & { tag: string }
    }[],
    { before = 0, padding = mm(0.7), keep = false } = {},
  ): { band: Band; elements: Element[] } {
    const set = cells.map(({ words, style, width, align = 'left' }) =>
      words.map((runs, index) => {
        const own = index === 0 ? style : second(style)
        return { own, lines: setLines(runs, { width, style: own, align }, measure) }
      }),
    )
    const height = Math.max(
      ...set.map((paragraphs) => paragraphs.reduce((sum, { own, lines }) => sum + lines.length * own.leading, 0)),
    )
    const strip = band(height + 2 * padding, before, keep)
    const elements = cells.map(({ x, words, element: { tag, ...more } }, index) => {
      let y = padding
      const leaves = (set[index] ?? []).map(({ own, lines }, at) => {
        const leaf = element(words.length === 1 ? tag : 'P', [], words.length === 1 ? more : lang(at))
        leaf.parts.push({ band: strip, marks: stack(lines, x, y, own) })
        y += lines.length * own.leading
        return leaf
      })
      const [only] = leaves
      return only && words.length === 1 ? only : element(tag, leaves, more)
    })
    return { band: strip, elements }
  }

  /** `joined`: points above the strip that belong to it. */
  const sourceBar = (strip: Band, source: Source | null, joined = 0) => {
    if (source === null) return
    artifacts.push({
      band: strip,
      marks: [{ kind: 'bar', x: PAGE.left, y: -joined, width: BAR, height: strip.height + joined, ink: 'dark' }],
    })
  }
  const tagCell = (source: Source) => ({
    x: PAGE.left + WIDTH - TAG_WIDTH,
    width: TAG_WIDTH,
    words: [[TAGS[source]]] as Words,
    style: STYLES.tag as Style,
    align: 'right' as const,
    element: { tag: 'TD' },
  })

  function facts(list: readonly Fact[]): Element {
    const marked = list.some(({ source }) => source !== null)
    const left = PAGE.left + (marked ? INSET : 0)
    // A label in two languages fits on one line.
    const labelWidth = WIDTH * (languages.length === 1 ? 0.34 : 0.44)
    const valueLeft = left + labelWidth + mm(2)
    const valueWidth = PAGE.left + WIDTH - valueLeft - (marked ? TAG_WIDTH + mm(2) : 0)
    return element(
      'Table',
      list.map(({ label, value, source }, index) => {
        const { band: strip, elements } = row(
          [
            {
              x: left,
              width: labelWidth,
              words: [beside(label)],
              style: STYLES.label,
              element: { tag: 'TH', scope: 'Row' },
            },
            { x: valueLeft, width: valueWidth, words: [[value ?? '']], style: STYLES.strong, element: { tag: 'TD' } },
            ...(source === null ? [] : [tagCell(source)]),
          ],
          { before: index === 0 ? mm(2) : 0, padding: value === null ? mm(1.5) : mm(0.7) },
        )
        sourceBar(strip, source)
        if (value === null) {
          const y = strip.height - HAIRLINE
          const width = PAGE.left + WIDTH - valueLeft
          artifacts.push({
            band: strip,
            marks: [{ kind: 'rule', x: valueLeft, y, width, weight: HAIRLINE, ink: 'black' }],
          })
        }
        return element('TR', elements)
      }),
    )
  }

  function table({ columns, rows, source }: Table, indent = source === null ? 0 : INSET, before = mm(2)): Element {
    const left = PAGE.left + indent
    const width = WIDTH - indent - (source === null ? 0 : TAG_WIDTH + mm(2))
    const edges = columns.map((_, index) =>
      columns.slice(0, index).reduce((sum, { share }) => sum + share * width, left),
    )
    const cell = (index: number, words: Words, style: Style, more: Partial<Element> & { tag: string }) => ({
      x: edges[index] ?? left,
      width: (columns[index]?.share ?? 0) * width - mm(2),
      words,
      style,
      element: more,
    })
    const rule = (strip: Band, weight: number) =>
      artifacts.push({
        band: strip,
        marks: [{ kind: 'rule', x: left, y: strip.height - weight, width, weight, ink: 'black' }],
      })
    const head = row(
      columns.map((column, index) => cell(index, [beside(column.head)], STYLES.tag, { tag: 'TH', scope: 'Column' })),
      { before, keep: true },
    )
    rule(head.band, 2 * HAIRLINE)
    sourceBar(head.band, source)
    const body = rows.map((cells) => {
      const { band: strip, elements } = row([
        ...cells.map((words, index) =>
          cell(
            index,
            words,
            index === 0 ? STYLES.strong : STYLES.body,
            index === 0 ? { tag: 'TH', scope: 'Row' } : { tag: 'TD' },
          ),
        ),
        ...(source === null ? [] : [tagCell(source)]),
      ])
      rule(strip, HAIRLINE)
      sourceBar(strip, source)
      return element('TR', elements)
    })
    return element('Table', [element('TR', head.elements), ...body])
  }

  function choice({ ticked, text: words, source, table: members, lines = 0 }: Choice, first: boolean): Element {
    const x = PAGE.left + INSET + BOX_INDENT
    const from = bands.length
    const width = PAGE.left + WIDTH - x - (source === null ? 0 : TAG_WIDTH + mm(2))
    const body = paragraphs(words, STYLES.body, {
      x,
      width,
      before: mm(first ? 1.5 : 1.4),
      keep: members !== undefined || lines > 0,
    })
    const head = bands[from]
    const label = element('Lbl', [], { alt: ticked ? '☒' : '☐' })
    if (head) {
      const box = { x: PAGE.left + INSET, y: mm(0.6) }
      label.parts.push({
        band: head,
        marks: [
          { kind: 'frame', ...box, width: BOX, height: BOX, weight: 1.5 * HAIRLINE },
          ...(ticked ? [{ kind: 'cross' as const, ...box, side: BOX }] : []),
        ],
      })
      if (source !== null) {
        const tag = setLines([TAGS[source]], { width: TAG_WIDTH, style: STYLES.tag, align: 'right' }, measure)
        const leaf = element('P')
        leaf.parts.push({ band: head, marks: stack(tag, PAGE.left + WIDTH - TAG_WIDTH, 0, STYLES.tag) })
        body.push(leaf)
      }
    }
    for (const [index, strip] of bands.slice(from).entries()) sourceBar(strip, source, index > 0 ? strip.before : 0)
    if (members) body.push(table(members, INSET + BOX_INDENT, mm(0)))
    writingLines(lines, x)
    return element('LI', [label, element('LBody', body)])
  }

  function writingLines(count: number, x = PAGE.left) {
    for (let line = 0; line < count; line++) {
      const strip = band(WRITING, 0, line < count - 1)
      const width = PAGE.left + WIDTH - x
      artifacts.push({
        band: strip,
        marks: [{ kind: 'rule', x, y: WRITING - HAIRLINE, width, weight: HAIRLINE, ink: 'black' }],
      })
    }
  }

  /** Sets two languages in two columns, or one over the whole width. */
  function columns(words: Words, style: Style, before: number): Element[] {
    if (words.length === 1) return paragraphs(words, style, { before })
    const width = (WIDTH - COLUMN_GAP) / 2
    return row(
      words.map((runs, index) => ({
        x: PAGE.left + index * (width + COLUMN_GAP),
        width,
        words: [runs],
        style: index === 0 ? style : { ...style, face: second(style).face },
        element: { tag: 'P', ...lang(index) },
      })),
      { before, padding: 0 },
    ).elements
  }

  function warning(words: Words): Element[] {
    const padding = mm(2.5)
    const width = WIDTH - 2 * padding
    const set = words.map((runs, index) => {
      const own: Style = index === 0 ? { ...STYLES.strong, face: 'bold', size: 12, leading: 16 } : STYLES.strong
      return { own, lines: setLines(runs, { width, style: own, align: 'center' }, measure) }
    })
    const height = set.reduce((sum, { own, lines }) => sum + lines.length * own.leading, 0) + 2 * padding
    const strip = band(height, mm(4))
    artifacts.push({
      band: strip,
      marks: [{ kind: 'frame', x: PAGE.left, y: 0, width: WIDTH, height, weight: mm(0.5) }],
    })
    let y = padding - mm(0.3)
    return set.map(({ own, lines }, index) => {
      const leaf = element('P', [], lang(index))
      leaf.parts.push({ band: strip, marks: stack(lines, PAGE.left + padding, y, own) })
      y += lines.length * own.leading
      return leaf
    })
  }

  function signature(fields: Extract<Block, { kind: 'signature' }>['fields']): Element[] {
    const labels = fields.map(({ label, share }, index) => {
      const x = PAGE.left + fields.slice(0, index).reduce((sum, field) => sum + field.share * WIDTH, 0)
      const width = share * WIDTH - (index < fields.length - 1 ? mm(5) : 0)
      return { x, width, words: [beside(label)], style: STYLES.label, element: { tag: 'P' } }
    })
    const { elements } = row(labels, { before: mm(4), padding: 0, keep: true })
    const strip = band(mm(10))
    artifacts.push({
      band: strip,
      marks: labels.map(({ x, width }) => ({
        kind: 'rule',
        x,
        y: strip.height - HAIRLINE,
        width,
        weight: HAIRLINE,
        ink: 'black',
      })),
    })
    return elements
  }

  /** One band, so that nobody signs half of it on the next sheet. */
  function box({ title, rows }: Extract<Block, { kind: 'box' }>): Element[] {
    const padding = mm(2.5)
    const inner = WIDTH - 2 * padding
    const at = PAGE.left + padding
    const head = setLines(beside(title), { width: inner, style: STYLES.strong }, measure)
    const top = padding + head.length * STYLES.strong.leading + mm(1)
    // An official writes smaller than a citizen.
    const rowHeight = STYLES.label.leading + mm(5)
    const height = top + rows.length * rowHeight + padding
    const strip = band(height, mm(2.5))
    const leafOf = (marks: Mark[]) => {
      const leaf = element('P')
      leaf.parts.push({ band: strip, marks })
      return leaf
    }
    const fields = rows.flatMap((fields, index) =>
      fields.map(({ label, share, line }, column) => {
        const x = at + fields.slice(0, column).reduce((sum, field) => sum + field.share * inner, 0)
        const width = share * inner - (column < fields.length - 1 ? mm(5) : 0)
        const y = top + index * rowHeight
        const rule = { kind: 'rule', x, y: y + rowHeight - mm(0.6), width, weight: HAIRLINE, ink: 'black' } as const
        if (line) artifacts.push({ band: strip, marks: [rule] })
        return leafOf(stack(setLines(beside(label), { width, style: STYLES.label }, measure), x, y, STYLES.label))
      }),
    )
    artifacts.push({
      band: strip,
      marks: [{ kind: 'frame', x: PAGE.left, y: 0, width: WIDTH, height, weight: HAIRLINE }],
    })
    return [leafOf(stack(head, at, padding - mm(0.5), STYLES.strong)), ...fields]
  }

  function qr({ text: content, beside: notes, alt, version }: Extract<Block, { kind: 'qr' }>): Element[] {
    // Papers are folded and get dirty. With a tenth smudged, readers read level H less often than Q (measured): a
    // larger code has more alignment patterns to mistake.
    const { modules } = QRCode.create(
      content,
      version ? { version, errorCorrectionLevel: 'M' } : { errorCorrectionLevel: 'Q' },
    )
    const rows = Array.from({ length: modules.size }, (_, y) =>
      Array.from({ length: modules.size }, (_, x) => modules.get(y, x) === 1),
    )
    const module = moduleOf(modules.size)
    const side = modules.size * module
    const quiet = QUIET_MODULES * module
    const x = PAGE.left + side + quiet + mm(3)
    const width = PAGE.left + WIDTH - x
    const set = notes
      .flatMap((words) => words.map((runs, index) => ({ runs, index })))
      .map(({ runs, index }) => {
        const own = index === 0 ? STYLES.note : second(STYLES.note)
        return { own, index, lines: setLines(runs, { width, style: own }, measure) }
      })
    const height = set.reduce((sum, { own, lines }) => sum + lines.length * own.leading + mm(1.5), -mm(2.3))
    const strip = band(Math.max(side + quiet, height), Math.max(quiet, mm(4.5)))
    const figure = element('Figure', [], { alt })
    figure.parts.push({ band: strip, marks: [{ kind: 'qr', x: PAGE.left, y: 0, module, rows }] })
    let y = -mm(0.8)
    const captions = set.map(({ own, index, lines }) => {
      const leaf = element('P', [], lang(index))
      leaf.parts.push({ band: strip, marks: stack(lines, x, y, own) })
      y += lines.length * own.leading + mm(1.5)
      return leaf
    })
    return [figure, ...captions]
  }

  function block(what: Block): Element[] {
    switch (what.kind) {
      case 'heading':
        return paragraphs([beside(what.text)], STYLES.heading, { before: mm(4), keep: true, tag: 'H2', ink: 'dark' })
      case 'paragraph':
        return columns(what.text, STYLES[what.style], mm(3)).map((leaf) =>
          what.language ? { ...leaf, lang: what.language } : leaf,
        )
      case 'warning':
        return warning(what.text)
      case 'facts':
        return [facts(what.facts)]
      case 'table':
        return [table(what.table)]
      case 'choices':
        return [
          element(
            'L',
            what.choices.map((one, index) => choice(one, index === 0)),
          ),
        ]
      case 'lines':
        writingLines(what.count)
        return []
      case 'signature':
        return signature(what.fields)
      case 'box':
        return box(what)
      case 'qr':
        return qr(what)
    }
  }

  function letterhead(): Element[] {
    const style = STYLES.heading
    const half = WIDTH / 2
    const office = setLines([paper.office], { width: half, style: STYLES.label, align: 'right' }, measure)
    const height = Math.max(style.leading, office.length * STYLES.label.leading) + mm(2)
    const strip = band(height, 0, true)
    const name = element('P')
    const product = setLines(['TOTEM POLIS'], { width: half, style }, measure)
    name.parts.push({ band: strip, marks: stack(product, PAGE.left, 0, style, 'accent') })
    const where = element('P')
    where.parts.push({ band: strip, marks: stack(office, PAGE.left + half, mm(0.7), STYLES.label) })
    artifacts.push({
      band: strip,
      marks: [{ kind: 'rule', x: PAGE.left, y: height - mm(0.8), width: WIDTH, weight: mm(0.8), ink: 'accent' }],
    })
    return [name, where]
  }

  const children = [
    ...letterhead(),
    ...paragraphs(paper.title, STYLES.title, { before: mm(5.5), keep: true, tag: 'H1', ink: 'dark' }),
    ...(paper.subtitle ? paragraphs(paper.subtitle, STYLES.subtitle, { before: mm(1), keep: true }) : []),
    ...paper.blocks.flatMap(block),
  ]
  return { root: element('Document', children), bands, artifacts }
}

/** `Cognome / Nachname`: short words of both languages on one line. */
function beside(words: Words): Run[] {
  return words.flatMap((runs, index) => (index === 0 ? [...runs] : [' / ', ...runs]))
}
