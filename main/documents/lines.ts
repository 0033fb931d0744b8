import { drawable } from '../../contract/letters.ts'
import type { Run } from './model.ts'
import type { Face, Measure, Style } from './typeface.ts'

/** A part of a line: text, or a gap (no text) for handwriting. `x` and `width` in points. */
export interface Piece {
  text: string | null
  style: Style
  x: number
  width: number
}
export type Line = Piece[]

interface Word {
  text: string | null
  style: Style
  width: number
  /** A line may end before this part. */
  breakable: boolean
}

const POINTS_PER_MM = 72 / 25.4
export const mm = (length: number): number => length * POINTS_PER_MM

const STRONG: Record<Face, Face> = { regular: 'semibold', italic: 'semibold', semibold: 'bold', bold: 'bold' }

/** Sets runs into lines no wider than `width` points. A word that is wider by itself is cut. */
export function setLines(
  runs: readonly Run[],
  { width, style, align = 'left' }: { width: number; style: Style; align?: 'left' | 'center' | 'right' },
  measure: Measure,
): Line[] {
  const lines: Word[][] = [[]]
  let used = 0
  const put = (word: Word, fits: boolean) => {
    if (!fits && used > 0) {
      lines.push([])
      used = 0
    }
    lines.at(-1)?.push(word)
    used += word.width
  }
  for (const cluster of clusters(words(runs, style, width, measure))) {
    const fits = (part: readonly Word[]) => used + bareWidth(part, measure) <= width + 0.01
    // A comma stays with its word, unless together they are wider than any line.
    const whole = fits(cluster) || bareWidth(cluster, measure) <= width
    for (const [index, word] of cluster.entries()) put(word, whole ? index > 0 || fits(cluster) : fits([word]))
  }
  return lines.map((line) => {
    const pieces = join(line, measure)
    const last = pieces.at(-1)
    const length = last ? last.x + last.width : 0
    const indent = align === 'left' ? 0 : (width - length) * (align === 'center' ? 0.5 : 1)
    return pieces.map((piece) => ({ ...piece, x: piece.x + indent }))
  })
}

/** Words without a place between them at which a line may end. */
function clusters(found: readonly Word[]): Word[][] {
  const made: Word[][] = []
  for (const word of found) {
    if (word.breakable || made.length === 0) made.push([word])
    else made.at(-1)?.push(word)
  }
  return made
}

/** Width without the space at its end. */
function bareWidth(cluster: readonly Word[], measure: Measure): number {
  const last = cluster.at(-1)
  if (!last) return 0
  const before = cluster.slice(0, -1).reduce((sum, { width }) => sum + width, 0)
  return before + (last.text === null ? last.width : measure(last.text.trimEnd(), last.style))
}

function words(runs: readonly Run[], style: Style, width: number, measure: Measure): Word[] {
  const found: Word[] = []
  let afterSpace = true
  for (const run of runs) {
    if (typeof run !== 'string' && 'gap' in run) {
      found.push({ text: null, style, width: Math.min(mm(run.gap), width), breakable: afterSpace })
      afterSpace = false
      continue
    }
    const strong = typeof run !== 'string'
    const face: Style = strong ? { ...style, face: STRONG[style.face] } : style
    for (const word of drawable(strong ? run.strong : run).match(/[^ ]+ *| +/g) ?? []) {
      for (const [index, part] of cut(word, face, width, measure).entries()) {
        found.push({ text: part, style: face, width: measure(part, face), breakable: afterSpace || index > 0 })
        afterSpace = part.endsWith(' ')
      }
    }
  }
  return found
}

/** Cuts a word into parts that each fit a line. */
function cut(word: string, style: Style, width: number, measure: Measure): string[] {
  if (measure(word.trimEnd(), style) <= width) return [word]
  const parts = ['']
  for (const character of word) {
    const part = parts.at(-1) ?? ''
    if (part !== '' && measure(part + character.trim(), style) > width) parts.push(character)
    else parts[parts.length - 1] = part + character
  }
  return parts
}

/** Joins neighbouring words of one face into one text and keeps its spaces, for programs that extract it. */
function join(line: readonly Word[], measure: Measure): Piece[] {
  const pieces: Piece[] = []
  let x = 0
  for (const { text, style, width } of line) {
    const last = pieces.at(-1)
    if (last && last.text !== null && text !== null && last.style.face === style.face) last.text += text
    else pieces.push({ text, style, x, width })
    x += width
  }
  // The space at the end of a line stays in the text for programs that extract it, but takes no room.
  const last = pieces.at(-1)
  if (last?.text) x = last.x + measure(last.text.trimEnd(), last.style)
  for (const [index, piece] of pieces.entries()) piece.width = (pieces[index + 1]?.x ?? x) - piece.x
  return pieces
}
