import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { Way } from '../../../contract/journeys/lists.ts'
import { answer } from '../../bridge.ts'
import type { IconName } from '../../components/icon.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useText } from '../../i18n/use-text.ts'

const ICON: Record<Way, IconName> = { paper: 'printer', phone: 'phone', email: 'letter', domicilio: 'institution' }

export function ChooseDelivery({ screen: { ways } }: { screen: ScreenOf<'delivery'> }) {
  const text = useText()
  return (
    <Screen title={text('delivery.title')}>
      {ways.map((way) => (
        <AnswerCard
          key={way}
          icon={ICON[way]}
          title={text(`sheet.home.${way}`)}
          line={text(`delivery.${way}.line`)}
          onPress={() => answer({ type: 'chooseWay', way })}
        />
      ))}
    </Screen>
  )
}
