import { z } from 'zod'

/**
 * The languages of the screen, in the order in which they are offered. A new line here does not compile until every
 * text exists in that language: each set of texts is a `Record<Language, …>`. `name` is the language's own.
 */
export const languages = {
  it: { tag: 'it-IT', name: 'Italiano' },
  de: { tag: 'de-IT', name: 'Deutsch' },
  fr: { tag: 'fr-IT', name: 'Français' },
  sl: { tag: 'sl-IT', name: 'Slovenščina' },
  en: { tag: 'en-GB', name: 'English' },
} as const satisfies Record<string, { tag: string; name: string }>
export type Language = keyof typeof languages
export const language = z.enum(Object.keys(languages) as [Language, ...Language[]])

/**
 * A day in words as Italy's calendar has it, `22 novembre 2026`, with what `more` asks for. French writes the first of a
 * month as an ordinal, `1er juin 2009`, which Intl does not.
 */
export function dayInWords(at: Date, language: Language, more: Intl.DateTimeFormatOptions = {}): string {
  const { tag } = languages[language]
  const written = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'Europe/Rome', ...more }).format(at)
  return language === 'fr' ? written.replace(/^1(?=\s)/, '1er') : written
}

/** What technicians and operators read: the sync log, readiness, the command line. */
export const staffLanguage = z.enum(['it', 'en'] satisfies Language[])
export type StaffLanguage = z.infer<typeof staffLanguage>
