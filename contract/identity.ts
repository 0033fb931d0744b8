import { z } from 'zod'

// DM Finanze 23/12/1976: check letter of the codice fiscale. Characters in odd places (1st, 3rd …) count by
// this table, those in even places by their own value.
const ODD_PLACE = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
const CODICE_FISCALE = /^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$/

const ordinal = (character: string): number =>
  character >= 'A' ? character.charCodeAt(0) - 65 : character.charCodeAt(0) - 48

/** The check letter of a codice fiscale's first 15 characters. */
export function checkLetter(first15: string): string {
  let sum = 0
  for (let place = 0; place < 15; place++) {
    const value = ordinal(first15[place] ?? '0')
    sum += place % 2 === 0 ? (ODD_PLACE[value] ?? 0) : value
  }
  return String.fromCharCode(65 + (sum % 26))
}

/** True for a well-formed 16-character codice fiscale with a right check letter; omocodia is accepted. */
export function isCodiceFiscale(text: string): boolean {
  return CODICE_FISCALE.test(text) && checkLetter(text) === text[15]
}

/** Places of a codice fiscale that hold digits, in whose stead an omocodia has letters. */
const DIGITS = [6, 7, 9, 10, 12, 13, 14]
const OMOCODIA = 'LMNPQRSTUV'

/** The code itself and all that differ from it by omocodia alone: 128. */
export function omocodieOf(code: string): string[] {
  let firsts = [code.slice(0, 15)]
  for (const place of DIGITS) {
    const character = code[place] ?? ''
    const digit = OMOCODIA.includes(character) ? OMOCODIA.indexOf(character) : Number(character)
    firsts = firsts.flatMap((first) =>
      [String(digit), OMOCODIA[digit]].map((each) => first.slice(0, place) + each + first.slice(place + 1)),
    )
  }
  return firsts.map((first) => first + checkLetter(first))
}

const BASE36 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Check character of an ID ANPR's first 8 characters: Luhn mod 36 (DM Interno 3/3/2023). */
export function idAnprCheck(first8: string): string {
  let sum = 0
  for (let place = 7, factor = 2; place >= 0; place--, factor = 3 - factor) {
    const product = BASE36.indexOf(first8[place] ?? '0') * factor
    sum += Math.floor(product / 36) + (product % 36)
  }
  return BASE36[(36 - (sum % 36)) % 36] ?? '0'
}

export function isIdAnpr(text: string): boolean {
  return /^[A-Z0-9]{9}$/.test(text) && idAnprCheck(text) === text[8]
}

export const idAnpr = z.string().refine(isIdAnpr, 'not an ID ANPR')

/** Operation id: a ULID. ANPR's `idOperazioneClient` allows 30 characters, a ULID has 26. */
export const operationId = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
/** e.g. `TT-0001`: two letters of the province, four digits. */
export const totemId = z.string().regex(/^[A-Z]{2}-\d{4}$/)
/** The gateway's database takes no year 0 and no longer text. */
export const isoInstant = z.iso
  .datetime({ offset: false })
  .max(30)
  .refine((at) => at >= '0001')
/** What a machine counts and the gateway keeps: its database counts in 32 bits, with room for the rest of a batch. */
export const count = z.number().int().min(0).max(2_000_000_000)
export const base64 = z.base64()
/** First names and surname as ANPR gives them. */
export const personName = z.strictObject({ name: z.string(), surname: z.string() })
