import { languages } from '../../contract/language.ts'

/** The values of these tell of the office, or of who issues a kind of card: nobody's secret. */
const OF_OFFICES = /^(office[.]|refused[.].*[.]now\b)/

/** Messages that tell how a person stands to others; which of them is shown is personal. */
const OF_PEOPLE = /^(kin|kinship|statoCivile)[.]/

/** The words around an Italian term and the term, each of which is an element of the page. */
const partsOf = (text: string) => text.split(/<\/?it>/).map((part) => part.trim())

/**
 * The texts that the totem says in its own words: messages without a value, and those with numbers alone once they are
 * shown. A name, a date or an amount comes in by a value, so a text with one is not here, nor is any that no message made.
 */
const own = new Set<string>(Object.values(languages).map(({ name }) => name))

/** Takes down the texts of a language, when they are read. */
export function noteTexts(texts: Record<string, string>): void {
  for (const [id, text] of Object.entries(texts))
    if (!OF_PEOPLE.test(id) && !text.includes('{')) for (const part of [text, ...partsOf(text)]) own.add(part)
}

/** Takes down a message as it is shown, and gives it back. */
export function noteOwnWords(id: string, text: string, values: Record<string, unknown> | undefined): string {
  const isNumber = (value: unknown) => typeof value === 'number'
  if (OF_OFFICES.test(id) || (!OF_PEOPLE.test(id) && Object.values(values ?? {}).every(isNumber))) own.add(text)
  return text
}

/** Parts of a message that are shown by themselves: they are the totem's own where the message is. */
export function notePartsOf(text: string, parts: readonly string[]): void {
  if (own.has(text)) for (const part of parts) own.add(part)
}

export const areOwnWords = (text: string): boolean => own.has(text)
