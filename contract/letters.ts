/** Control and format characters, and others that no screen and no paper shows: a soft hyphen, a zero-width space. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/**
 * A text as people see it: composed, on one line, without invisible characters and without blanks at its ends. Empty
 * where there is nothing to see.
 */
export const legible = (text: string): string =>
  text.normalize('NFC').replace(/\s+/gu, ' ').replace(INVISIBLE, '').replace(/ +/g, ' ').trim()
