import type { Belonging } from '../../contract/document.ts'
import { isMessage, type MessageId } from './messages.ts'

type Key = Extract<MessageId, `kinship.${string}`>

/**
 * How somebody belongs to the sheet, by ANPR's table 5, in a convivenza by its table 6. A kinship is to the intestatario
 * of the sheet, not to the card's holder, and says no sex.
 */
export function kinshipKey({ tie, relation }: Belonging): Key {
  if (tie === 'convivenza') {
    const key = `kinship.convivenza.${relation}` as const
    return isMessage(key) ? (key as Key) : 'kinship.convivenza.9'
  }
  const key = `kinship.${relation}` as const
  return isMessage(key) ? (key as Key) : 'kinship.99'
}
