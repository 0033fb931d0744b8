import { type Line, mm } from './lines.ts'
import type { Band } from './placing.ts'
import type { Style } from './typeface.ts'

/** A thing to draw, in points; `y` from the top of its band. */
export type Mark =
  | { kind: 'text'; x: number; y: number; line: Line; ink: Ink }
  | { kind: 'rule'; x: number; y: number; width: number; weight: number; ink: Ink }
  | { kind: 'bar'; x: number; y: number; width: number; height: number; ink: Ink }
  | { kind: 'frame'; x: number; y: number; width: number; height: number; weight: number }
  | { kind: 'cross'; x: number; y: number; side: number }
  | { kind: 'qr'; x: number; y: number; module: number; rows: readonly (readonly boolean[])[] }
export type Ink = 'black' | 'dark' | 'accent'

/** An element of the PDF's structure tree (ISO 32000-1 §14.8.4), in reading order. */
export interface Element {
  tag: string
  lang?: string
  alt?: string
  /** Scope of a table's heading. */
  scope?: 'Row' | 'Column'
  children: Element[]
  /** Marks that a leaf shows. */
  parts: { band: Band; marks: Mark[] }[]
}

/** A4 in points, and its text area. A kiosk's head leaves 5 mm a side unprinted. */
export const PAGE = {
  width: 595.28,
  height: 841.89,
  left: mm(20),
  right: mm(20),
  top: mm(15),
  /** Top of the pages after the first, which begin with a running head. */
  nextTop: mm(20),
  bottom: 841.89 - mm(22),
} as const
export const WIDTH = PAGE.width - PAGE.left - PAGE.right

/** 0.3 mm: a thinner line breaks up on a thermal head of 8 dots a millimetre. */
export const HAIRLINE = mm(0.3)
/** A dot of a 203 dpi head. Codes stand on its grid, so that no module spreads over two dots. */
export const DOT = mm(0.125)
/** Finer modules smear on a thermal head; coarser ones no longer help a camera. */
const MODULE_DOTS = { min: 4, max: 6 }
/** Size of the code of a family of four with the finest modules: its sheet has no room for more. */
const CODE_DOTS = 372
/** White around a code (ISO/IEC 18004). */
export const QUIET_MODULES = 4
/** Side of a module, in points, for a code of so many modules: the shorter its text, the coarser. */
export const moduleOf = (modules: number): number =>
  DOT * Math.max(MODULE_DOTS.min, Math.min(MODULE_DOTS.max, Math.floor(CODE_DOTS / modules)))

// Nothing is smaller than 10 points: people read it without their glasses.
export const STYLES = {
  title: { face: 'bold', size: 19, leading: 23 },
  subtitle: { face: 'regular', size: 12, leading: 16 },
  heading: { face: 'bold', size: 13, leading: 16.5 },
  body: { face: 'regular', size: 11, leading: 14 },
  strong: { face: 'semibold', size: 11, leading: 14 },
  note: { face: 'regular', size: 10, leading: 12.4 },
  label: { face: 'regular', size: 10, leading: 14 },
  tag: { face: 'semibold', size: 10, leading: 14 },
} as const satisfies Record<string, Style>
/** The second language: the same sentence in italics. */
export const second = (style: Style): Style => ({
  face: style.face === 'regular' ? 'italic' : style.face === 'bold' ? 'semibold' : style.face,
  size: Math.max(10, style.size - 1),
  leading: Math.max(12.4, style.leading - 1.5),
})

export const BAR = mm(1)
/** Distance from the bar beside ANPR's facts to their text. */
export const INSET = mm(3.5)
export const TAG_WIDTH = mm(15)
export const BOX = mm(3.6)
export const BOX_INDENT = mm(6)
export const COLUMN_GAP = mm(7)
/** Distance between two lines for handwriting, which needs 8 mm. */
export const WRITING = mm(8)
