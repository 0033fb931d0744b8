import { languages } from '../../contract/language.ts'

/** The values of these tell of the office, of the totem, or of who issues a kind of card: nobody's secret. */
const OF_OFFICES = /^(office[.]|outOfService[.]|attract[.]notice[.]|refused[.].*[.]now\b)/

/** Messages that tell how a person stands to others; which of them is shown is personal. */
const OF_PEOPLE = /^(kin|kinship|statoCivile)[.]/

/** The words around an Italian term and the term, each of which is an element of the page. */
const partsOf = (text: string) => text.split(/<\/?it>/).map((part) => part.trim())

/**
 * The texts that the totem says in its own words: messages without a value, and those with numbers, prices or own words
 * alone once they are shown. A name or a date comes in by a value, so a text with one is not here, nor is any that no
 * message made.
 */
const own = new Set<string>(Object.values(languages).map(({ name }) => name))

/** Takes down the texts of a language, when they are read. */
export function noteTexts(texts: Record<string, string>): void {
  for (const [id, text] of Object.entries(texts))
    if (!OF_PEOPLE.test(id) && !text.includes('{')) for (const part of [text, ...partsOf(text)]) own.add(part)
}

/** Takes down a message as it is shown, and gives it back. */
export function noteOwnWords(id: string, text: string, values: Record<string, unknown> | undefined): string {
  if (OF_OFFICES.test(id) || (!OF_PEOPLE.test(id) && Object.values(values ?? {}).every(tellsNothing))) own.add(text)
  return text
}

/** A price is printed on the wall; how many sheets or tries there are tells of the totem. */
const PRICE = /^\p{Sc}?\s*\d+[.,]\d{2}\s*\p{Sc}?$/u
const tellsNothing = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && (PRICE.test(value) || own.has(value)))

/** Parts of a message that are shown by themselves: they are the totem's own where the message is. */
export function notePartsOf(text: string, parts: readonly string[]): void {
  if (own.has(text)) for (const part of parts) own.add(part)
}

/** Also where several stand in one line: a button's verb and the name of its row, a sentence after another. */
export const areOwnWords = (text: string): boolean => own.has(text) || JOINTS.some((joint) => areParts(text, joint))

const JOINTS = [': ', '. '] as const
function areParts(text: string, joint: (typeof JOINTS)[number]): boolean {
  for (let at = text.indexOf(joint); at > 0; at = text.indexOf(joint, at + 1)) {
    const [before, after] = [text.slice(0, at), text.slice(at + joint.length)]
    // A sentence keeps its stop, a name before a colon has none.
    if ((own.has(before) || own.has(`${before}${joint.trim()}`)) && areOwnWords(after)) return true
  }
  return false
}
