/**
 * The texts that the totem has said in its own words: messages without a value, or with numbers alone. A name, a date or
 * an amount comes in by a value, so such a text is not here, and what no message made is not here either.
 */
const said = new Set<string>()

/** Messages that tell how people belong to each other. */
const OF_PEOPLE = /^(kin|kinship|statoCivile)[.]/

export function noteOwnWords(id: string, text: string, values: Record<string, unknown> | undefined): string {
  if (!OF_PEOPLE.test(id) && Object.values(values ?? {}).every((value) => typeof value === 'number')) said.add(text)
  return text
}

export const areOwnWords = (text: string): boolean => said.has(text)
