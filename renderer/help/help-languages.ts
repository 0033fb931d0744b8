import type texts from '../../assets/help/ar.json'

type HelpTexts = typeof texts

/**
 * Languages that the totem speaks on its help pages alone, as assets/help has them. `only` says so in the language
 * itself; the file is read when somebody asks for it.
 */
export const helpLanguages = {
  ar: {
    name: 'العربية',
    only: 'المساعدة فقط',
    dir: 'rtl',
    font: 'Tajawal',
    read: (): Promise<{ default: HelpTexts }> => import('../../assets/help/ar.json', { with: { type: 'json' } }),
  },
} as const

export type HelpLanguage = keyof typeof helpLanguages
export const helpLanguageNames = Object.keys(helpLanguages) as HelpLanguage[]

export interface HelpInLanguage {
  language: HelpLanguage
  texts: HelpTexts
}

/** The texts and their letters: what fits on a page is measured in these. */
export async function readHelp(language: HelpLanguage): Promise<HelpInLanguage> {
  const { read, font, name } = helpLanguages[language]
  const [{ default: texts }] = await Promise.all([
    read(),
    ...[400, 700].map((weight) => document.fonts.load(`${weight} 1em "${font}"`, name)),
  ])
  return { language, texts }
}
