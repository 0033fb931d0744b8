/** Crockford's: no I, L, O or U, which are read as 1, 0 or V. */
export const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** By which the gateway finds the order, so that it can count the wrong tries of each. */
const HANDLE = 4
const SECRET = 6
const CHECK = 2
export const CODE_SYMBOLS = HANDLE + SECRET
export const CODE_LENGTH = CODE_SYMBOLS + CHECK
/** The largest prime that two symbols hold: it finds each wrong symbol and each pair that was swapped. */
const MODULUS = 1021

/**
 * The code of an order: twelve symbols in groups of four, of which a technician types the whole. Four find the order, six
 * are secret (30 bits, and an order stands ten wrong tries), two check that it was typed well.
 */
export function codeOf(symbols: readonly number[]): string {
  if (symbols.length !== CODE_SYMBOLS) throw new Error(`a code has ${CODE_SYMBOLS} symbols`)
  const body = symbols.map((symbol) => CODE_ALPHABET[symbol % CODE_ALPHABET.length] ?? '').join('')
  return grouped(body + checkOf(body))
}

/** What was typed as the code that it is, however it is written; null: no code, or mistyped. */
export function codeIn(typed: string): string | null {
  const plain = typed
    .toUpperCase()
    .replace(/[\s.-]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
  if (plain.length !== CODE_LENGTH || [...plain].some((symbol) => !CODE_ALPHABET.includes(symbol))) return null
  const body = plain.slice(0, CODE_SYMBOLS)
  return checkOf(body) === plain.slice(CODE_SYMBOLS) ? grouped(plain) : null
}

/** The part of a code that finds its order; no secret. */
export const handleOf = (code: string): string => code.slice(0, HANDLE)

const grouped = (plain: string) => (plain.match(/.{4}/g) ?? []).join('-')

function checkOf(body: string): string {
  let rest = 0
  for (const symbol of body) rest = (rest * CODE_ALPHABET.length + CODE_ALPHABET.indexOf(symbol)) % MODULUS
  return `${CODE_ALPHABET[Math.floor(rest / CODE_ALPHABET.length)]}${CODE_ALPHABET[rest % CODE_ALPHABET.length]}`
}
