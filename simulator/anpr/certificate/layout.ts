import { runs, type Weight } from './typeface.ts'
import type { Span } from './wording.ts'

export interface Style {
  size: number
  weight: Weight
  /** Points from one baseline to the next. */
  leading: number
  align: 'left' | 'center'
}

interface Word {
  text: string
  weight: Weight
  width: number
}

/**
 * Sets spans of text into a column `width` points wide; answers the y below them. pdfkit's own wrapping cannot change
 * the font within a centred line, and one paragraph here has two weights and two subsets.
 */
export function paragraph(
  pdf: PDFKit.PDFDocument,
  spans: readonly Span[],
  { x, y, width, style }: { x: number; y: number; width: number; style: Style },
): number {
  let baseline = y
  for (const line of linesOf(pdf, spans, width, style)) {
    const length = line.reduce((sum, word) => sum + word.width, 0)
    let left = style.align === 'center' ? x + (width - length) / 2 : x
    // Clears the stamp under the letters: beside a figure, one of its dots could pass for a comma.
    pdf.rect(left - 1, baseline + style.size * 0.38, length + 2, style.size * 0.98).fill('white')
    pdf.fillColor('black')
    for (const word of line) {
      for (const { text, font } of runs(word.text, word.weight)) {
        pdf.font(font, style.size).text(text, left, baseline, { lineBreak: false })
        left += pdf.widthOfString(text)
      }
    }
    baseline += style.leading
  }
  return baseline
}

/** How far down such a paragraph reaches. */
export const heightOf = (pdf: PDFKit.PDFDocument, spans: readonly Span[], width: number, style: Style): number =>
  linesOf(pdf, spans, width, style).length * style.leading

function linesOf(pdf: PDFKit.PDFDocument, spans: readonly Span[], width: number, style: Style): Word[][] {
  const words = spans.flatMap(({ text, strong }) => {
    const weight: Weight = strong ? 'bold' : style.weight
    return (text.match(/\S+\s*|\s+/g) ?? []).map((word) => ({
      text: word,
      weight,
      width: measure(pdf, word, weight, style.size),
    }))
  })
  return wrap(words, width)
}

function measure(pdf: PDFKit.PDFDocument, text: string, weight: Weight, size: number): number {
  return runs(text, weight).reduce((sum, run) => sum + pdf.font(run.font, size).widthOfString(run.text), 0)
}

function wrap(words: readonly Word[], width: number): Word[][] {
  const lines: Word[][] = [[]]
  let used = 0
  for (const [index, word] of words.entries()) {
    // Spans may meet inside a word ("1974" and "."): only a space before it lets a word start a line.
    const breakable = index === 0 || /\s$/.test(words[index - 1]?.text ?? '')
    if (breakable && used > 0 && used + word.width > width + 0.01) {
      lines.push([])
      used = 0
    }
    lines.at(-1)?.push(word)
    used += word.width
  }
  return lines
}
