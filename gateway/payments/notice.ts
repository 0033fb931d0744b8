/**
 * Notice numbers of pagoPA ("codice avviso", SACI 3.1): an auxiliary digit says how the others are composed. We make
 * those of auxiliary digit 3: segregation code, 13 digits of our own, two check digits.
 */

const CHECKED: Record<string, RegExp> = { '0': /^0\d{17}$/, '2': /^2\d{17}$/, '3': /^3\d{17}$/ }
/** One of auxiliary digit 1 has no check digits. */
const UNCHECKED = /^1\d{17}$/

/** The two check digits: the 16 digits before them mod 93. */
const checkOf = (first16: string): string => String(BigInt(first16) % 93n).padStart(2, '0')

/** True for 18 digits whose check digits are right. Other bodies' numbers exist that fail this: ours must not. */
export function isNotice(text: string): boolean {
  if (UNCHECKED.test(text)) return true
  return CHECKED[text[0] ?? '']?.test(text) === true && checkOf(text.slice(0, 16)) === text.slice(16)
}

/** The notice number of a body's own counter. `segregation`: the two digits that pagoPA has given to our station. */
export function noticeOf(segregation: string, count: number | bigint): string {
  const first16 = `3${segregation}${String(count).padStart(13, '0')}`
  if (!/^3\d{15}$/.test(first16)) throw new Error('the counter of notices is past its 13 digits')
  return first16 + checkOf(first16)
}

/** The IUV of a notice of auxiliary digit 3: all but that digit. */
export const iuvOf = (notice: string): string => notice.slice(1)

/** True for a codice fiscale of a body: a partita IVA, whose last digit checks the others (DM 23/12/1976). */
export function isBody(codiceFiscale: string): boolean {
  if (!/^\d{11}$/.test(codiceFiscale)) return false
  const digits = [...codiceFiscale].map(Number)
  const sum = digits.slice(0, 10).reduce((total, digit, place) => {
    const value = place % 2 === 0 ? digit : digit * 2
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return (10 - (sum % 10)) % 10 === digits[10]
}
