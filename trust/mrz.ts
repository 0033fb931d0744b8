/** The machine-readable zone of an identity card (ICAO 9303-5, TD1: three lines of 30). Dates are YYMMDD. */
export interface MachineReadableZone {
  documentNumber: string
  born: string
  expires: string
  surname: string
  name: string
  /** The name field is full, so the rest of the name is missing. */
  truncated: boolean
}

const LINE = 30
const WEIGHTS = [7, 3, 1]

/** ICAO 9303-3 §4.9: digits count for themselves, A is 10, the filler 0. */
export const checkDigit = (text: string): string =>
  String(
    [...text].reduce(
      (sum, character, place) =>
        sum + (character === '<' ? 0 : Number.parseInt(character, 36)) * (WEIGHTS[place % WEIGHTS.length] ?? 0),
      0,
    ) % 10,
  )

/** Null unless it is 90 characters of the machine-readable alphabet with correct check digits. */
export function readMrz(text: string): MachineReadableZone | null {
  if (text.length !== 3 * LINE || !/^[A-Z0-9<]*$/.test(text)) return null
  const first = text.slice(0, LINE)
  const second = text.slice(LINE, 2 * LINE)
  const third = text.slice(2 * LINE)
  const checked = [first.slice(5, 15), second.slice(0, 7), second.slice(8, 15)]
  // The composite covers all but document type, country, sex and nationality.
  const composite = first.slice(5) + second.slice(0, 7) + second.slice(8, 15) + second.slice(18)
  if (![...checked, composite].every((field) => checkDigit(field.slice(0, -1)) === field.at(-1))) return null
  const [surname = '', name = ''] = third.split('<<').map((part) => part.replaceAll('<', ' ').trim())
  return {
    documentNumber: first.slice(5, 14).replaceAll('<', ''),
    born: second.slice(0, 6),
    expires: second.slice(8, 14),
    surname,
    name,
    truncated: !third.endsWith('<'),
  }
}

/**
 * Letters of a name as a machine-readable zone has them (ICAO 9303-3 §6): without marks, apostrophes and gaps. Null
 * where a letter has several spellings there (Ä is A or AE), so that it cannot be compared.
 */
export function mrzLetters(name: string): string | null {
  const letters = name
    .toUpperCase()
    .replace(/[ÀÁÈÉÌÍÒÓÙÚ]/g, (letter) => letter.normalize('NFD').slice(0, 1))
    .replace(/[\s'’.\-<]/g, '')
  return /^[A-Z]*$/.test(letters) ? letters : null
}
