import it from '../../assets/locales/it.json' with { type: 'json' }
import { type Language, language } from '../../contract/language.ts'
import { noteTexts } from '../speech/own-words.ts'

export type MessageId = keyof typeof it
type Messages = Record<MessageId, string>

export const isMessage = (id: string): id is MessageId => Object.hasOwn(it, id)

/** Each is a file of its own in the built page: its first picture waits for Italian, with which every visit begins, alone. */
const others: Record<Exclude<Language, 'it'>, () => Promise<{ default: Messages }>> = {
  de: () => import('../../assets/locales/de.json', { with: { type: 'json' } }),
  fr: () => import('../../assets/locales/fr.json', { with: { type: 'json' } }),
  sl: () => import('../../assets/locales/sl.json', { with: { type: 'json' } }),
  en: () => import('../../assets/locales/en.json', { with: { type: 'json' } }),
}

const read: Partial<Record<Language, Messages>> = { it }
noteTexts(it)

/** ICU messages of a language that was read. All have the same keys and the same placeholders (messages.test.ts). */
export const messagesOf = (one: Language): Messages => read[one] ?? it

export const isRead = (one: Language): boolean => read[one] !== undefined

/** Reads the texts of a language, once. */
export async function readMessages(one: Language): Promise<Messages> {
  if (one !== 'it' && !read[one]) {
    const { default: texts } = await others[one]()
    noteTexts(texts)
    read[one] = texts
  }
  return messagesOf(one)
}

/** Reads the texts of all languages. */
export async function readAllMessages(): Promise<Record<Language, Messages>> {
  const texts = await Promise.all(language.options.map(async (one) => [one, await readMessages(one)] as const))
  return Object.fromEntries(texts) as Record<Language, Messages>
}
