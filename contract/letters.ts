const BLANKS = /[\p{Z}\t\n\r\v\f\u0085]+/gu
/** What no screen and no paper shows: a soft hyphen, a zero-width space, control and private characters. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu

/**
 * A text as people see it: composed, on one line, without invisible characters and without blanks at its ends. Empty
 * where there is nothing to see.
 */
export const legible = (text: string): string =>
  text.normalize('NFC').replace(BLANKS, ' ').replace(INVISIBLE, '').replace(/ +/g, ' ').trim()

/**
 * What stands for a character that a typeface or a printer does not have, where its own decomposition does not say it.
 * Letters by ICAO Doc 9303-3 §6, which passports use; Ɖ looks like Đ.
 */
const STANDS_FOR: Record<string, string> = {
  ...{ Ɖ: 'Đ', ɖ: 'đ', Đ: 'D', đ: 'd', Ð: 'D', ð: 'd', Þ: 'TH', þ: 'th', ẞ: 'SS', ß: 'ss', ſ: 's' },
  ...{ Æ: 'AE', æ: 'ae', Œ: 'OE', œ: 'oe', Ø: 'O', ø: 'o', Ł: 'L', ł: 'l', Ħ: 'H', ħ: 'h', ı: 'i', ĸ: 'q' },
  ...{ ŉ: '’n', Ŋ: 'N', ŋ: 'n', Ŧ: 'T', ŧ: 't', Ə: 'E', ə: 'e', Ɛ: 'E', ɛ: 'e', Ɔ: 'O', ɔ: 'o' },
  ...{ Ɓ: 'B', ɓ: 'b', Ɗ: 'D', ɗ: 'd', Ƙ: 'K', ƙ: 'k', Ƴ: 'Y', ƴ: 'y', Ɨ: 'I', ɨ: 'i', Ʉ: 'U', ʉ: 'u', Ɣ: 'G', ɣ: 'g' },
  ...{
    ʼ: '’',
    ʻ: '‘',
    ʹ: '’',
    '′': '’',
    '‛': '‘',
    '’': "'",
    '‘': "'",
    '‚': "'",
    '“': '"',
    '”': '"',
    '„': '"',
    '″': '"',
  },
  ...{ '‐': '-', '‑': '-', '‒': '-', '–': '-', '—': '-', '−': '-', '⁄': '/', '…': '...', '•': '·' },
}
const MARKS = /\p{M}/gu

/**
 * The text in characters that `has` knows. Another one is shown by what stands for it, or by its letter without marks;
 * an invisible one by nothing; one of another script by `?`.
 */
export function shownIn(text: string, has: (character: string) => boolean): string {
  const shown = (character: string): string => {
    if (has(character)) return character
    const stand = STANDS_FOR[character] ?? character.normalize('NFKD').replace(MARKS, '').replace(INVISIBLE, '')
    return stand === character ? '?' : Array.from(stand, shown).join('')
  }
  return Array.from(text.normalize('NFC').replace(BLANKS, ' ').replace(INVISIBLE, ''), shown).join('')
}

// The letters of Titillium Web, the typeface of screen and paper (assets/fonts). PDF/A forbids the empty box (.notdef).
const DRAWABLE =
  /[ -~\u00a0-\u00ac\u00ae-\u0131\u0134-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u017e\u0218-\u021b\u2013\u2014\u2018-\u201a\u201c-\u201e\u2022\u2026\u20ac]/u

/** The text in the typeface's letters. */
export const drawable = (text: string): string => shownIn(text, (character) => DRAWABLE.test(character))
