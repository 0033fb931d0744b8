import type { Tie } from '../../../contract/journeys/family.ts'
import { drawable } from '../../../contract/letters.ts'
import { kinshipKey } from '../../i18n/kinship.ts'
import { isMessage, type MessageId } from '../../i18n/messages.ts'
import { useText } from '../../i18n/use-text.ts'

type Kin = Extract<MessageId, `kin.${number}`>

const keyOf = (relation: string): Kin => {
  const key = `kin.${relation}`
  return isMessage(key) ? (key as Kin) : 'kin.99'
}

/** What somebody is to the holder: wife, son; or to the intestatario, by name, where the sheet tells no more. */
export function useTie(): (person: { tie: Tie; sex: string | null }) => string {
  const text = useText()
  return ({ tie, sex }) => {
    if (tie.to === 'self') return text('kin.self')
    if (tie.to === 'convivenza') return text(kinshipKey({ tie: 'convivenza', relation: tie.relation }))
    const kinship = text(keyOf(tie.relation), { sex: sex ?? 'N' })
    return tie.to === 'kin' ? kinship : text('kin.of', { kinship, name: drawable(tie.head.name || tie.head.surname) })
  }
}
