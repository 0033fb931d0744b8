import { readFileSync } from 'node:fs'

export const FACES = {
  regular: 'TitilliumWeb-Regular',
  italic: 'TitilliumWeb-Italic',
  semibold: 'TitilliumWeb-SemiBold',
  bold: 'TitilliumWeb-Bold',
} as const
export type Face = keyof typeof FACES

export interface Style {
  face: Face
  /** Points. */
  size: number
  /** Points from one baseline to the next. */
  leading: number
}

/** Width in points of a text in a style. */
export type Measure = (text: string, style: Style) => number

// The folder's relative path is the same from this source file and from its bundle (dist/main/).
export const asset = (name: string): Buffer => readFileSync(new URL(`../../assets/fonts/${name}`, import.meta.url))

/** Height of the baseline in a line: the same for all sizes of one leading, so that a row's cells are on one line. */
export const BASELINE = 0.76
