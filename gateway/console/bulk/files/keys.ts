import type { KeyKind, RowFinding } from '../../../../contract/console/bulk-file.ts'
import { checkLetter, idAnprCheck, isCodiceFiscale, isIdAnpr } from '../../../../contract/identity.ts'

/** What is wrong with a cell: its code, and a sentence that helps whoever has the file before them. */
export interface CellFinding {
  code: RowFinding
  message: string
}
const found = (code: RowFinding, message: string): CellFinding => ({ code, message })

/** Invisible signs too: no-break and zero-width spaces, which come with text out of web pages and PDF. */
const SPACES = /[\s\u00AD\u200B-\u200F\u2060\uFEFF]+/gu

/** A key as registers write it: full-width signs and lower case in their plain form, and no spaces. */
export const plainKey = (cell: string): string => cell.normalize('NFKC').replace(SPACES, '').toUpperCase()

/** What Excel makes of a long number: 1,23E+15. */
const SCIENTIFIC = /^\d+(?:[.,]\d+)?E\+\d+$/
export const isFormulaCell = (cell: string): boolean => /^\s*[=+\-@＝＋－＠]/u.test(cell)
const AGAIN = 'Formatti la colonna come testo e la copi di nuovo dalla fonte.'
const excelChanged = (key: string) =>
  found('EXCEL', `Excel ha cambiato il valore: «${key}» è un numero in forma scientifica. ${AGAIN}`)
const formula = found(
  'FORMULA',
  'La cella contiene una formula di un foglio di calcolo: incolli il suo valore («Incolla valori»).',
)

/** Judges a key that is already plain; null: it may be asked. `provisional`: codici of eleven digits are admitted. */
export function findingOf(kind: KeyKind, key: string, { provisional }: { provisional: boolean }): CellFinding | null {
  if (isFormulaCell(key)) return formula
  if (SCIENTIFIC.test(key)) return excelChanged(key)
  if (kind === 'CF') return ofCode(key, provisional)
  if (kind === 'ID') return ofId(key)
  return /^[A-Z0-9]{5,20}$/.test(key)
    ? null
    : found('DOCUMENTO_FORMA', 'Un numero di documento ha da 5 a 20 lettere e cifre, senza altri segni.')
}

/** Letters that stand for a digit in an omocodia; O, I and S are not among them, and are what people type. */
const DIGIT_PLACES = [6, 7, 9, 10, 12, 13, 14]
const CODE_LETTERS = 16
const ID_LETTERS = 9

function ofCode(key: string, provisional: boolean): CellFinding | null {
  if (/^\d{11}$/.test(key))
    return provisional
      ? null
      : found('CF_PROVVISORIO', 'È un codice fiscale provvisorio di 11 cifre: questo profilo non lo ammette.')
  if (isCodiceFiscale(key)) return null
  if (key.length !== CODE_LETTERS)
    return found('CF_FORMA', `Un codice fiscale ha 16 lettere e cifre: qui sono ${key.length}.`)
  const wrong = DIGIT_PLACES.find((place) => !/[0-9LMNPQRSTUV]/.test(key[place] ?? ''))
  if (wrong !== undefined) return found('CF_FORMA', notADigit(key[wrong] ?? '', wrong + 1))
  const right = checkLetter(key.slice(0, CODE_LETTERS - 1))
  return isCodiceFiscale(key.slice(0, CODE_LETTERS - 1) + right)
    ? found('CF_CONTROLLO', `Il carattere di controllo del codice fiscale non torna (atteso ${right}).`)
    : found('CF_FORMA', 'Le lettere e le cifre non stanno dove stanno in un codice fiscale: forse due sono scambiate.')
}

const LOOKS_LIKE: Readonly<Record<string, string>> = { O: 'zero', I: 'uno' }
const notADigit = (letter: string, place: number) =>
  `Al posto ${place} del codice fiscale serve una cifra e c’è «${letter}»${
    letter in LOOKS_LIKE ? `: forse è la cifra ${LOOKS_LIKE[letter]}` : ''
  }.`

function ofId(key: string): CellFinding | null {
  if (isIdAnpr(key)) return null
  if (!/^[A-Z0-9]{9}$/.test(key))
    return found('ID_FORMA', `Un ID ANPR ha ${ID_LETTERS} lettere e cifre, senza altri segni: qui sono ${key.length}.`)
  const right = idAnprCheck(key.slice(0, ID_LETTERS - 1))
  return found('ID_CONTROLLO', `Il carattere di controllo dell’ID ANPR non torna (atteso ${right}).`)
}

const EARLIEST = '1900-01-01'

/** The day in a cell, ISO or GG/MM/AAAA, or what is wrong with it; `today`: the last one that can be asked. */
export function dayIn(cell: string, today: string): string | CellFinding {
  const told = cell.normalize('NFKC').replace(SPACES, '')
  if (/^\d{5}$/.test(told))
    return found('EXCEL', `Excel ha cambiato il valore: «${told}» è una data in forma di numero. ${AGAIN}`)
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(told)?.slice(1)
  const [year = '', month = '', day = ''] =
    iso ?? /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(told)?.slice(1).reverse() ?? []
  const written = [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-')
  const at = new Date(`${written}T00:00:00Z`)
  if (year === '' || Number.isNaN(+at) || at.toISOString().slice(0, 10) !== written)
    return found('DATA_FORMA', `«${told.slice(0, 20)}» non è una data: la scriva AAAA-MM-GG oppure GG/MM/AAAA.`)
  if (written > today) return found('DATA_FUTURA', 'La data di riferimento è nel futuro.')
  return written < EARLIEST ? found('DATA_PRIMA', 'La data di riferimento è prima del 1900.') : written
}
