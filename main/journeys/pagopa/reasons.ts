import de from '../../../assets/locales/de.json' with { type: 'json' }
import en from '../../../assets/locales/en.json' with { type: 'json' }
import fr from '../../../assets/locales/fr.json' with { type: 'json' }
import it from '../../../assets/locales/it.json' with { type: 'json' }
import sl from '../../../assets/locales/sl.json' with { type: 'json' }
import type { Language } from '../../../contract/language.ts'
import type { RefundReason } from '../../../contract/pagopa.ts'

const messages = { it, de, fr, sl, en } satisfies Record<Language, unknown>

/** Why money goes back, and what the person can do about it: on paper in the words of the screen. They have no placeholder. */
export const reasonIn = (language: Language, reason: RefundReason): { title: string; now: string } => ({
  title: messages[language][`refused.${reason}.title`],
  now: messages[language][`refused.${reason}.now`],
})
