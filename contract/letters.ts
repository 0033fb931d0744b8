const BLANKS = /[\p{Z}\t\n\r\v\f\u0085]+/gu
/** What no screen and no paper shows: a soft hyphen, a zero-width space, control and private characters. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu

/**
 * A text as people see it: composed, on one line, without invisible characters and without blanks at its ends. Empty
 * where there is nothing to see.
 */
export const legible = (text: string): string =>
  text.normalize('NFC').replace(BLANKS, ' ').replace(INVISIBLE, '').replace(/ +/g, ' ').trim()
