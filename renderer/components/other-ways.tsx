import type { Elsewhere } from '../../contract/journeys/lists.ts'
import { answer } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import type { IconName } from './icon.tsx'
import { AnswerCard } from './touch-button.tsx'

const WAYS = {
  phone: { icon: 'phone', takes: 'takeOnPhone' },
  email: { icon: 'letter', takes: 'takeByEmail' },
  domicilio: { icon: 'institution', takes: 'takeToDomicile' },
} as const satisfies Record<Elsewhere, { icon: IconName; takes: string }>

/** Ways home for a document that is ready, in place of its paper, or `too`, beside it. Of several each says its name alone. */
export function OtherWays({ ways, too = false }: { ways: readonly Elsewhere[]; too?: boolean }) {
  const text = useText()
  return ways.map((way) => (
    <AnswerCard
      key={way}
      icon={WAYS[way].icon}
      title={text(too ? `${way}.too` : `${way}.offer`)}
      {...(ways.length === 1 && { line: text(`${way}.offer.line`) })}
      onPress={() => answer({ type: WAYS[way].takes })}
    />
  ))
}
