/** Whom a certificate is to be about. `codiceFiscale`: where the totem knows it. */
export interface About {
  name: string
  surname: string
  codiceFiscale: string | null
}

/** Letters that have no accent to take away, as registers without them write them. */
const PLAIN: Record<string, string> = { ß: 'SS', Đ: 'D', đ: 'D', Ð: 'D', Ł: 'L', ł: 'L', Ø: 'O', ø: 'O', ı: 'I' }
/**
 * Letters and digits alone, in capitals and without accents: a name may break over lines, stand with another
 * apostrophe, or be written without its accents.
 */
const plain = (text: string): string =>
  text
    .replace(/[ßĐđÐŁłØøı]/g, (letter) => PLAIN[letter] ?? letter)
    .normalize('NFD')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
/** A card may cut a long name off, and so the first part of it must do. */
const first = (name: string): string => plain(name.trim().split(/\s+/)[0] ?? '')

/**
 * Is the certificate with these words about this person? Null: its words cannot be read, because they are pictures or the
 * file does not say what its letters are; then nobody is turned away for it.
 */
export function isAbout(words: string, { name, surname, codiceFiscale }: About): boolean | null {
  const text = plain(words)
  if (!text.includes('CERTIFICA')) return null
  if (codiceFiscale !== null && text.includes(plain(codiceFiscale))) return true
  return text.includes(first(surname)) && text.includes(first(name))
}
