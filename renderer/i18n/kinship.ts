import type { Tie } from '../../contract/document.ts'
import { drawable } from '../../contract/letters.ts'
import { isMessage, type MessageId } from './messages.ts'
import { useText } from './use-text.ts'

type Kin = Extract<MessageId, `kin.${number}`>
type InConvivenza = Extract<MessageId, `kinship.convivenza.${string}`>

/** What somebody is to somebody else, by ANPR's table 5. */
export const kinKey = (relation: string): Kin => {
  const key = `kin.${relation}`
  return /^\d+$/.test(relation) && isMessage(key) ? (key as Kin) : 'kin.99'
}
/** A place in a convivenza, by table 6. */
export const convivenzaKey = (relation: string): InConvivenza => {
  const key = `kinship.convivenza.${relation}`
  return isMessage(key) ? (key as InConvivenza) : 'kinship.convivenza.9'
}

/** What somebody is to the holder: wife, son; or to the intestatario, by name, where the sheet tells no more. */
export function useTie(): (person: { tie: Tie; sex: string | null }) => string {
  const text = useText()
  return ({ tie, sex }) => {
    if (tie.to === 'self') return text('kin.self')
    if (tie.to === 'convivenza') return text(convivenzaKey(tie.relation))
    const kinship = text(kinKey(tie.relation), { sex: sex ?? 'N' })
    return tie.to === 'kin' ? kinship : text('kin.of', { kinship, name: drawable(tie.head.name || tie.head.surname) })
  }
}
