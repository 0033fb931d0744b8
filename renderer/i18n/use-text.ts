import { useIntl } from 'react-intl'
import type { CertificateType } from '../../contract/catalogue.ts'
import type { MessageId } from './messages.ts'

type Values = Record<string, string | number>
export type Text = (id: MessageId, values?: Values) => string

/** The message of a key, in the language of the view. */
export function useText(): Text {
  const intl = useIntl()
  return (id, values) => intl.formatMessage({ id }, values)
}

/** Day and time as the office's clock shows them. */
export function useDate(): (instant: string) => string {
  const intl = useIntl()
  return (instant) => intl.formatDate(instant, { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/Rome' })
}

/** A calendar day (YYYY-MM-DD), in words: it is the same day everywhere. */
export function useDay(): (day: string) => string {
  const intl = useIntl()
  return (day) => intl.formatDate(day, { dateStyle: 'long', timeZone: 'UTC' })
}

/** What a sheet is called: two types on one sheet are a certificato contestuale. */
export function certificateName(types: readonly CertificateType[]): MessageId {
  const [only] = types
  return types.length === 1 && only ? `certificate.${only}` : 'certificate.both.name'
}

/** First names and surname as the register writes them. */
export function fullName(person: { name: string; surname: string }): string {
  return `${person.name} ${person.surname}`
}
