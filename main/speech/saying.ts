import { dayInWords, type Language } from '../../contract/language.ts'
import type { Spoken } from '../../contract/speech.ts'

/** The words of one language that speech adds or takes in place of signs. */
interface Words {
  button: string
  /** In place of what goes to a headset alone. */
  withheld: string
  euro: (euros: number, cents: number) => string
  time: (hours: number, minutes: number) => string
  /** The words of a clock that counts down. */
  minute: string
  second: string
  /** What a voice reads wrongly or as a word; the longer before the shorter. */
  signs: readonly (readonly [RegExp, string])[]
}

/** Abbreviations that are letters in every language here. */
const LETTERS: readonly (readonly [RegExp, string])[] = [
  [/\bANPR\b/g, 'A N P R'],
  [/\bCIE\b/g, 'C I E'],
  [/\bCNS\b/g, 'C N S'],
  [/\bDPR\b/g, 'D P R'],
  [/\bpagoPA\b/g, 'pago P A'],
  [/\bQR\b/g, 'Q R'],
]

const WORDS: Record<Language, Words> = {
  it: {
    button: 'pulsante',
    withheld: 'Informazione personale: si ascolta soltanto in cuffia.',
    euro: (euros, cents) => `${euros === 1 ? 'un' : euros} euro${cents === 0 ? '' : ` e ${cents} centesimi`}`,
    time: (hours, minutes) => `${hours}${minutes === 0 ? '' : ` e ${minutes}`}`,
    minute: 'minuti',
    second: 'secondi',
    signs: [
      [/\bart\.\s*/gi, 'articolo '],
      [/\bn\.\s*(?=\d)/gi, 'numero '],
    ],
  },
  en: {
    button: 'button',
    withheld: 'Personal information: it is spoken in a headset only.',
    euro: (euros, cents) => `${euros} ${euros === 1 ? 'euro' : 'euros'}${cents === 0 ? '' : ` and ${cents} cents`}`,
    time: (hours, minutes) => (minutes === 0 ? `${hours} hours` : `${hours} ${minutes}`),
    minute: 'minutes',
    second: 'seconds',
    signs: [[/\bno\.\s*(?=\d)/gi, 'number ']],
  },
  de: {
    button: 'Schaltfläche',
    withheld: 'Persönliche Angaben sind nur im Kopfhörer zu hören.',
    euro: (euros, cents) => `${euros === 1 ? 'ein' : euros} Euro${cents === 0 ? '' : ` und ${cents} Cent`}`,
    time: (hours, minutes) => `${hours} Uhr${minutes === 0 ? '' : ` ${minutes}`}`,
    minute: 'Minuten',
    second: 'Sekunden',
    signs: [[/\bNr\.\s*(?=\d)/g, 'Nummer ']],
  },
  fr: {
    button: 'bouton',
    withheld: 'Information personnelle : elle s’écoute seulement au casque.',
    euro: (euros, cents) => `${euros} euro${cents === 0 ? '' : ` et ${cents} centimes`}`,
    time: (hours, minutes) => `${hours} heures${minutes === 0 ? '' : ` ${minutes}`}`,
    minute: 'minutes',
    second: 'secondes',
    signs: [[/\bn°\s*(?=\d)/g, 'numéro ']],
  },
  sl: {
    button: 'gumb',
    withheld: 'Osebni podatki se slišijo samo v slušalkah.',
    // The amount as a count of the currency's name, which a Slovene plural would need four forms for.
    euro: (euros, cents) => `${euros} evrov${cents === 0 ? '' : ` in ${cents} centov`}`,
    time: (hours, minutes) => `${hours}${minutes === 0 ? '' : ` ${minutes}`}`,
    minute: 'minut',
    second: 'sekund',
    signs: [[/\bšt\.\s*(?=\d)/g, 'številka ']],
  },
}

/** Letters and digits of which a codice fiscale is made: surname, name, year, month and day, comune, check. */
const CODICE_FISCALE = /\b([A-Z]{3})([A-Z]{3})([\dLMNP-V]{2})([A-EHLMPRST][\dLMNP-V]{2})([A-Z][\dLMNP-V]{3})([A-Z])\b/g
/** Number groups of a phone number or a notice, or one number too long to be counted. */
const DIGITS = /\b\d{3,4}(?: \d{3,4})+\b|\b\d{5,}\b/g
/** Letters with digits: an id or a reference, which is spelled. */
const CODE = /\b(?=[A-Z\d-]*\d)(?=[A-Z\d-]*[A-Z])[A-Z\d]+(?:-[A-Z\d]+)*\b/g
/** After a comma or point of thousands, as the screens write amounts, with the sign or word before or after. */
const NUMBER = String.raw`(\d{1,3}(?:[.,\u00a0 ]\d{3})*|\d+)(?:[.,](\d{2}))?`
const AMOUNT = new RegExp(String.raw`(?:€|EUR)[\s\u00a0]*${NUMBER}(?!\d)|\b${NUMBER}[\s\u00a0]*(?:€|EUR\b|euro\b)`, 'g')
const DAY = /\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b/g
const ISO_DAY = /\b(\d{4})-(\d{2})-(\d{2})\b/g
const TIME = /\b([01]?\d|2[0-3]):([0-5]\d)\b/g

const spell = (text: string) => [...text.replaceAll(/[^\p{L}\d]/gu, '')].join(' ')
/** By threes, as a person dictates. */
const spellLong = (text: string) => (text.match(/.{1,3}/g) ?? []).map(spell).join(', ')

function dayIn(lang: Language, year: number, month: number, day: number, written: string): string {
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return written
  const said = dayInWords(date, lang, { timeZone: 'UTC' })
  return lang === 'it' ? said.replace(/^1 /, 'primo ') : said
}

/** A text as a person says it: amounts, days, times, codes and abbreviations in words, or letter by letter. */
export function saying(text: string, lang: Language): string {
  const { euro, time, signs } = WORDS[lang]
  let said = plain(text)
    .replaceAll(CODICE_FISCALE, (_all, ...groups) => groups.slice(0, 6).map(spell).join(', '))
    .replaceAll(AMOUNT, (...found) => {
      const [, before, beforeCents, after, afterCents] = found as (string | undefined)[]
      return euro(Number((before ?? after ?? '').replaceAll(/\D/g, '')), Number(beforeCents ?? afterCents ?? 0))
    })
    .replaceAll(ISO_DAY, (all, year, month, day) => dayIn(lang, +year, +month, +day, all))
    .replaceAll(DAY, (all, day, month, year) => dayIn(lang, +year, +month, +day, all))
    .replaceAll(TIME, (_all, hours, minutes) => time(+hours, +minutes))
    .replaceAll(DIGITS, (digits) =>
      digits.includes(' ') ? digits.split(' ').map(spell).join(', ') : spellLong(digits),
    )
    .replaceAll(CODE, (code) =>
      code
        .split('-')
        .map((part) => (part.length > 4 ? spellLong(part) : spell(part)))
        .join(', '),
    )
  for (const [sign, words] of [...signs, ...LETTERS]) said = said.replaceAll(sign, words)
  return said.replaceAll(/\s+/g, ' ').trim()
}

/**
 * SECURITY: the voice reads `[[…]]` as phonemes and obeys control characters. Everything else is text to it: there is no
 * mark-up, and no shell.
 */
const plain = (text: string) =>
  // Where a line may or may not break is nothing that is said.
  text
    .replaceAll(/[\u00ad\u2060]/g, '')
    .replaceAll('\u00a0', ' ')
    .replaceAll(/[\p{C}[\]{}<>|`\\•]/gu, ' ')

/** One thing of the screen in words; what is personal is withheld unless a headset is in. */
export function sayingOf({ kind, text, lang, personal }: Spoken, headset: boolean): string {
  const { button, withheld } = WORDS[lang]
  if (personal && !headset) return withheld
  const said = saying(kind === 'clock' ? left(text, lang) : text, lang)
  if (said === '') return ''
  return kind === 'button' ? `${said}, ${button}` : said
}

/** On a clock that counts down 3:20 is no time of the day. */
const left = (text: string, lang: Language) =>
  text.replaceAll(
    TIME,
    (_all, minutes, seconds) => `${+minutes} ${WORDS[lang].minute}, ${+seconds} ${WORDS[lang].second}`,
  )
