import { createElement, type ReactNode } from 'react'
import { useIntl } from 'react-intl'
import type { CertificateType } from '../../contract/catalogue.ts'
import { dayInWords, type Language } from '../../contract/language.ts'
import { drawable } from '../../contract/letters.ts'
import { noteOwnWords, notePartsOf } from '../speech/own-words.ts'
import { useShownView } from '../view-context.ts'
import type { MessageValues } from './message-values.ts'
import { type MessageId, messagesOf } from './messages.ts'

type ValuesOf<Id> = Id extends keyof MessageValues ? MessageValues[Id] : unknown
/** The values that one of several messages may take: those of all. */
type Values<Id extends MessageId> = (Id extends unknown ? (values: ValuesOf<Id>) => void : never) extends (
  values: infer All,
) => void
  ? All
  : never
/** The message of a key. A value that the message takes and is not given does not compile. */
type Text<Made = string> = <Id extends MessageId>(
  id: Id,
  ...values: unknown extends Values<Id> ? [] : [values: Values<Id>]
) => Made

/**
 * Messages in the language of the view. A message may choose its words by `card`: a CIE lies on the reader, a CNS is in
 * it.
 */
export function useText(): Text {
  const intl = useIntl()
  const card = useShownView().contactless ? 'cie' : 'cns'
  return (id, ...[given]) => {
    const values = given as Record<string, string | number> | undefined
    const italian = (words: string[]) => words.join('')
    return noteOwnWords(id, intl.formatMessage({ id }, { card, it: italian, ...values }), values)
  }
}

const languageOf = ({ locale }: { locale: string }) => locale.slice(0, 2) as Language

/** Stands in no text. */
const TERM = '\uE000'

/** The same where a label cannot be marked; here the Italian terms of a message, `<it>…</it>`, are said to be Italian. */
export function useMarkedText(): Text<ReactNode> {
  const intl = useIntl()
  const text = useText()
  return (id, ...given) => {
    const [values] = given as [Record<string, string | number>?]
    const whole = text(id, ...given)
    if (!messagesOf(languageOf(intl))[id].includes('<it>')) return whole
    // Term and words around it are elements of their own, and as public as the whole.
    const apart = intl.formatMessage({ id }, { it: (words: string[]) => `${TERM}${words.join('')}${TERM}`, ...values })
    notePartsOf(
      whole,
      String(apart)
        .split(TERM)
        .map((part) => part.trim()),
    )
    return intl.formatMessage({ id }, { it: (words) => createElement('span', { lang: 'it' }, words), ...values })
  }
}

/** Day and time as the office's clock shows them. */
export function useDate(): (instant: string) => string {
  const intl = useIntl()
  return (instant) => dayInWords(new Date(instant), languageOf(intl), { timeStyle: 'short' })
}

/** The day as the office's calendar has it. */
export function useInstantDay(): (instant: string) => string {
  const intl = useIntl()
  return (instant) => dayInWords(new Date(instant), languageOf(intl))
}

/** An amount in euro cents, as the language writes it. */
export function useEuro(): (cents: number) => string {
  const intl = useIntl()
  return (cents) => intl.formatNumber(cents / 100, { style: 'currency', currency: 'EUR' })
}

/** As much of a date as is known (YYYY-MM-DD, YYYY-MM or YYYY), in words: it is the same day everywhere. */
export function useDay(): (day: string) => string {
  const intl = useIntl()
  return (day) => {
    const [year, month, date] = day.split('-')
    if (date !== undefined) return dayInWords(new Date(day), languageOf(intl), { timeZone: 'UTC' })
    return month === undefined
      ? (year ?? '')
      : intl.formatDate(day, { year: 'numeric', month: 'long', timeZone: 'UTC' })
  }
}

/** The same message in English, or in Italian on an English screen, for people who do not read this one. It takes no values. */
export function useOther(): { language: Language; text: (id: MessageId) => string } {
  const language = useShownView().language === 'en' ? 'it' : 'en'
  return { language, text: (id) => messagesOf(language)[id] }
}

/** Several messages as a list within a sentence: `a, b e c`. */
export function useList(): (ids: readonly MessageId[]) => string {
  const intl = useIntl()
  return (ids) => intl.formatList(ids.map((id) => intl.formatMessage({ id })))
}

/** A message that begins with what to do now: that sentence as a title, and the sentences after it. */
export function firstStep(text: string): { step: string; rest: string } {
  const [first = '', ...others] = text.split(/(?<=[.!?])\s+/)
  const parts = { step: first.replace(/\.$/, ''), rest: others.join(' ') }
  notePartsOf(text, Object.values(parts))
  return parts
}

/** A sentence that may begin with a word of a list, which has no capital. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What a sheet is called: several types on one sheet are a certificato contestuale. */
export function useCertificateName(): (types: readonly CertificateType[]) => string {
  const text = useText()
  const list = useList()
  return (types) => {
    const [only] = types
    if (types.length === 1 && only) return text(`certificate.${only}`)
    return text('certificate.both.name', { names: list(types.map((type) => `certificate.${type}.name` as const)) })
  }
}

/** First names and surname as the register writes them; not everybody has both. */
export function fullName(person: { name: string; surname: string }): string {
  return drawable(`${person.name} ${person.surname}`).trim()
}

/** What a person is called where others may read it too: the surname alone only where there is no other name. */
export const givenName = ({ name, surname }: { name: string; surname: string }): string =>
  fullName(name.trim() === '' ? { name, surname } : { name, surname: '' })
