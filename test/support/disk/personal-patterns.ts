import { canOf, documentNumberOf, nisOf } from '../../../simulator/card/cie/identity.ts'
import { DEFAULT_PIN } from '../../../simulator/card/cns.ts'
import { cardIdOf } from '../../../simulator/card/personal-file.ts'
import { familyOf, people } from '../../../simulator/population/people.ts'

/**
 * Something that must not lie on a totem's disk. `source` is a regular expression, case ignored, for text that holds
 * each byte as one character (Latin-1). `bits`: how unlikely random bytes match it (7 bits a letter in either case, 8 a
 * digit). `word`: no letter or digit may touch it, and it must stand in text, because short words occur in noise by
 * chance.
 */
export interface Pattern {
  what: string
  source: string
  bits: number
  word: boolean
  /** The first two characters of each match, in lower case; null: the second can be any. */
  starts: readonly (readonly [first: string, second: string | null])[]
}

const LETTER_BITS = 7
const DIGIT_BITS = 8
/** Separators between the words of a name: blanks, MRZ fillers, quotes, a length byte, an escape of JSON or a URL. */
const GAP = '(?:[^a-z0-9]|%[0-9a-f]{2}|\\\\u[0-9a-f]{4}){0,4}'
/** Code page 858 and ISO 8859-2, which printers and old programs use: only the letters of the population. */
const CODE_PAGES: Record<string, string> = {
  ò: '\\x95',
  Ò: '\\xe3',
  à: '\\x85',
  À: '\\xb7',
  š: '\\xb9|\\x9a|\\xe7',
  Š: '\\xa9|\\x8a|\\xe6',
}

const escaped = (bytes: Iterable<number>) =>
  [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')

/** Every way to write one letter: without its mark, composed or not, UTF-8, UTF-16, JSON, URL. */
function letterSource(letter: string): string {
  if (/[a-z0-9]/i.test(letter)) return letter
  const plain = letter.normalize('NFD').replace(/[^a-z]/gi, '')
  if (plain === '') return GAP
  const mark = letter.normalize('NFD').slice(plain.length)
  const ways = [letter.toLowerCase(), letter.toUpperCase()].flatMap((one) => {
    const point = one.codePointAt(0) ?? 0
    const utf8 = Buffer.from(one)
    const utf16 = [point & 0xff, point >> 8]
    return [
      escaped(utf8),
      // The search removes NUL bytes before it looks at UTF-16.
      ...(point > 0xff ? [escaped(utf16), escaped(utf16.toReversed())] : [escaped([point])]),
      `\\\\u${point.toString(16).padStart(4, '0')}`,
      [...utf8].map((byte) => `%${byte.toString(16)}`).join(''),
      ...(CODE_PAGES[one]?.split('|') ?? []),
    ]
  })
  return `(?:${plain}(?:${escaped(Buffer.from(mark))})?|${ways.join('|')})`
}

const sourceOf = (text: string) => [...text].map(letterSource).join('')

function bitsOf(text: string): number {
  const letters = text.normalize('NFD').replace(/[^a-z]/gi, '').length
  return letters * LETTER_BITS + text.replace(/\D/g, '').length * DIGIT_BITS
}

const pattern = (what: string, text: string, word: boolean): Pattern => ({
  what,
  source: sourceOf(text),
  bits: bitsOf(text),
  word,
  starts: [startOf(text)],
})

function startOf(text: string): readonly [string, string | null] {
  const [first = '', second = ''] = text.toLowerCase()
  return [first, /[a-z0-9]/.test(second) ? second : null]
}

/**
 * Digits typed by a person: as text, or as character codes in an array or an object (a log writes a Uint8Array so).
 * Fewer than eight digits occur in any program's numbers, so they count only with a name or in quotes.
 */
export function digitPatterns(what: string, digits: string): Pattern[] {
  const codes = [...digits].map((digit) => digit.charCodeAt(0))
  const bits = bitsOf(digits)
  const text =
    digits.length >= 8
      ? `(?<![.])${digits}(?![.]\\d)`
      : `(?:(?:pin|can|puk|codice)[^a-z0-9]{1,8}${digits}|"${digits}"|'${digits}')`
  const named = ['pi', 'ca', 'pu', 'co', `"${digits[0]}`, `'${digits[0]}`]
  const starts = (digits.length >= 8 ? [digits] : named).map(startOf)
  const object = codes.map((code, index) => `"${index}":\\s?${code}`).join(',\\s?')
  return [
    { what, source: text, bits, word: true, starts },
    { what, source: codes.join(',\\s?'), bits, word: true, starts: [startOf(String(codes[0]))] },
    { what, source: object, bits, word: false, starts: [['"', '0']] },
  ]
}

/** All data of the synthetic people, and their PIN; and any document, because its text is drawn and not written. */
export function populationPatterns(): Pattern[] {
  return [
    ...people.flatMap((person) => {
      const { id, name, surname } = person
      const { toponimo = '' } = familyOf(id)?.address ?? {}
      return [
        pattern(`codice fiscale of ${id}`, person.codiceFiscale, false),
        pattern(`ID ANPR of ${id}`, person.idAnpr, true),
        pattern(`card number of ${id}`, cardIdOf(person), false),
        pattern(`NIS of ${id}`, nisOf(person), false),
        pattern(`document number of ${id}`, documentNumberOf(person), true),
        pattern(`name of ${id}`, `${surname} ${name}`, false),
        pattern(`name of ${id}`, `${name} ${surname}`, false),
        pattern(`address ${toponimo}`, toponimo, false),
        // Programs contain this word themselves: the time zone.
        { ...pattern(`given name of ${id}`, name, true), source: `(?<!Europe[/])${sourceOf(name)}` },
        pattern(`surname ${surname}`, surname, true),
        ...digitPatterns(`CAN of ${id}`, canOf(person)),
      ]
    }),
    ...digitPatterns('PIN', DEFAULT_PIN),
    { what: 'a PDF document', source: '%PDF-[12][.]\\d', bits: 56, word: false, starts: [['%', 'p']] },
  ]
}
