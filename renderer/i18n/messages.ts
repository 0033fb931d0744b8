import de from '../../assets/locales/de.json' with { type: 'json' }
import en from '../../assets/locales/en.json' with { type: 'json' }
import fr from '../../assets/locales/fr.json' with { type: 'json' }
import it from '../../assets/locales/it.json' with { type: 'json' }
import sl from '../../assets/locales/sl.json' with { type: 'json' }
import type { Language } from '../../contract/language.ts'

export type MessageId = keyof typeof it

export const isMessage = (id: string): id is MessageId => Object.hasOwn(it, id)

/** ICU messages by language. Both files have the same keys and the same placeholders (messages.test.ts). */
export const messages: Record<Language, Record<MessageId, string>> = { it, de, fr, sl, en }
