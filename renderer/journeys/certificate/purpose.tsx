import type { Purpose } from '../../../contract/catalogue.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import type { IconName } from '../../components/icon.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useEuro, useMarkedText, useText } from '../../i18n/use-text.ts'

const ICON: Record<Purpose, IconName> = {
  publicBody: 'institution',
  privateParty: 'bank',
  processuale: 'court',
  pensioneEstera: 'abroad',
  onlus: 'heart',
  societaSportive: 'sport',
  interdizione: 'support',
  adozione: 'child',
  separazione: 'rings',
}

/** The totem asks for the use before any bollo, so that nobody pays for a paper that they do not need (invariant 6). */
export function ChoosePurpose({ screen: { options, more, cents } }: { screen: ScreenOf<'purpose'> }) {
  const text = useText()
  const marked = useMarkedText()
  const price = useEuro()(cents)
  return (
    <Screen
      title={text(more ? 'purpose.moreTitle' : 'purpose.title')}
      lead={more ? text('purpose.moreLead') : text('purpose.lead', { price })}
    >
      {options.map((purpose) => (
        <AnswerCard
          key={purpose}
          icon={ICON[purpose]}
          title={text(`purpose.${purpose}`)}
          line={marked(`purpose.${purpose}.line`)}
          onPress={() => answer({ type: 'choosePurpose', purpose })}
        />
      ))}
      {!more && (
        <AnswerCard
          icon="more"
          title={text('purpose.more')}
          line={text('purpose.more.line')}
          onPress={() => answer({ type: 'morePurposes' })}
        />
      )}
    </Screen>
  )
}
