import { type Comune, secondLanguageOf } from '../../catalogue/languages.ts'

/**
 * The language beside Italian on a form at the totem's place, or null. The law asks for Ladin or Walser German in other
 * places; these have no words here yet.
 */
export function secondLanguage(office: Comune): 'de' | 'fr' | 'sl' | null {
  const WORDS = { DE: 'de', SL: 'sl', FR: 'fr' } as const
  const second = secondLanguageOf(office)
  return second && WORDS[second]
}
