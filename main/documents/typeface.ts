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

// Letters that Titillium Web can draw (assets/fonts); PDF/A forbids the empty box (.notdef) for others.
const DRAWABLE =
  /[ -~\u00a0-\u00ac\u00ae-\u0131\u0134-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u017e\u0218-\u021b\u2013\u2014\u2018-\u201a\u201c-\u201e\u2022\u2026\u20ac]/u
const MARKS = /\p{M}/gu

/** The text in the typeface's glyphs: other letters lose their marks, other scripts become `?`. */
export function drawable(text: string): string {
  return Array.from(text.normalize('NFC').replace(/\s/gu, ' '), (character) => {
    if (DRAWABLE.test(character)) return character
    const bare = character.normalize('NFD').replace(MARKS, '')
    return bare !== '' && DRAWABLE.test(bare) ? bare : bare === '' ? '' : '?'
  }).join('')
}
