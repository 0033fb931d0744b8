import { checkLetter, idAnprCheck } from '../../contract/identity.ts'

const MONTHS = 'ABCDEHLMPRST'
const letters = (text: string, kind: RegExp): string[] =>
  text
    .normalize('NFD')
    .toUpperCase()
    .replace(/[^A-Z]/g, '')
    .split('')
    .filter((letter) => kind.test(letter))

const consonants = (text: string) => letters(text, /[^AEIOU]/)
const vowels = (text: string) => letters(text, /[AEIOU]/)
const three = (parts: string[]) => [...parts, 'X', 'X', 'X'].slice(0, 3).join('')

export interface Birth {
  surname: string
  name: string
  sex: 'M' | 'F'
  /** ISO date. */
  born: string
  /** Belfiore code of the place of birth. */
  place: string
}

/**
 * Codice fiscale by DM Finanze 23/12/1976, without omocodia. For synthetic people only: it never "corrects" a real one.
 */
export function codiceFiscaleOf({ surname, name, sex, born, place }: Birth): string {
  const [year = '', month = '', day = ''] = born.split('-')
  const given = consonants(name)
  // Four or more consonants in the given name: the 1st, 3rd and 4th.
  const chosen = given.length > 3 ? [given[0], given[2], given[3]] : [...given, ...vowels(name)]
  const first15 =
    three([...consonants(surname), ...vowels(surname)]) +
    three(chosen.filter((letter) => letter !== undefined)) +
    year.slice(2) +
    MONTHS[Number(month) - 1] +
    String(Number(day) + (sex === 'F' ? 40 : 0)).padStart(2, '0') +
    place
  return first15 + checkLetter(first15)
}

const OMOCODIA = 'LMNPQRSTUV'
/** The digits' places, the rightmost first. */
const DIGITS = [14, 13, 12, 10, 9, 7, 6]

/** The `times`-th code (1 to 7) of people who would share `code`: its digits become letters from the right. */
export function omocodiaOf(code: string, times: number): string {
  const characters = [...code.slice(0, 15)]
  for (const place of DIGITS.slice(0, times)) characters[place] = OMOCODIA[Number(characters[place])] ?? ''
  const first15 = characters.join('')
  return first15 + checkLetter(first15)
}

/** A provisional code: 10 digits and the check digit of DM Finanze 23/12/1976 (that of a partita IVA). */
export function provisionalCode(first10: string): string {
  let sum = 0
  for (const [place, digit] of [...first10].entries()) {
    const value = Number(digit) * (place % 2 === 0 ? 1 : 2)
    sum += value > 9 ? value - 9 : value
  }
  return first10 + String((10 - (sum % 10)) % 10)
}

/** ID ANPR from its first 8 characters. */
export const idAnprOf = (first8: string): string => first8 + idAnprCheck(first8)
