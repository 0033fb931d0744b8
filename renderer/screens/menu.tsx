import type { ScreenOf } from '../../contract/view.ts'
import { chooseService } from '../bridge.ts'
import { Screen } from '../components/screen.tsx'
import { AnswerCard } from '../components/touch-button.tsx'
import { fullName, useText } from '../i18n/use-text.ts'

export function Menu({ screen: { holder, online } }: { screen: ScreenOf<'menu'> }) {
  const text = useText()
  return (
    <Screen title={text('menu.title')} lead={text('menu.lead', { name: fullName(holder) })}>
      <AnswerCard
        icon="paper"
        title={text('menu.certificate')}
        line={text('menu.certificate.line')}
        onPress={() => chooseService('certificate')}
      />
      <AnswerCard
        icon="person"
        title={text('menu.visura')}
        line={text(online ? 'menu.visura.line' : 'menu.visura.offline')}
        onPress={() => chooseService('visura')}
      />
      <AnswerCard
        icon="pen"
        title={text('menu.declaration')}
        line={text('menu.declaration.line')}
        onPress={() => chooseService('declaration')}
      />
    </Screen>
  )
}
