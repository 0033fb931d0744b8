import { isMessage, type MessageId } from './messages.ts'

/** The kinship of ANPR's table 5. It is to the intestatario of the sheet, not to the card's holder, and says no sex. */
export function kinshipKey(relation: string): Extract<MessageId, `kinship.${string}`> {
  const key = `kinship.${relation}` as const
  return isMessage(key) ? key : 'kinship.99'
}
