import { type Comune, secondLanguageOf } from '../../catalogue/languages.ts'

/**
 * The language beside Italian on a form at the totem's place, or null. The law asks for French, Ladin or Walser German
 * in other places; these have no words here yet.
 */
export function secondLanguage(office: Comune): 'de' | 'sl' | null {
  const WORDS = { DE: 'de', SL: 'sl', FR: null } as const
  const second = secondLanguageOf(office)
  return second && WORDS[second]
}
