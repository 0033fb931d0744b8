import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Icon } from '../../components/icon.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { fullName, useDate, useText } from '../../i18n/use-text.ts'

export function Menu({ screen: { holder, online, lineBack, pending, notices } }: { screen: ScreenOf<'menu'> }) {
  const text = useText()
  const date = useDate()
  return (
    <Screen
      title={text('menu.title')}
      lead={text('menu.lead', { name: fullName(holder) })}
      figure={
        notices.length + pending > 0 && (
          <ul className="sheets">
            {pending > 0 && (
              <li className="sheet">
                <Icon name="clock" />
                <span>
                  <strong>{text('menu.pending', { count: pending })}</strong>
                  <span>{text('menu.pending.line', { count: pending })}</span>
                </span>
              </li>
            )}
            {notices.map(({ operation, became, requestedAt }) => (
              <li key={operation} className="sheet unlucky">
                <Icon name="info" />
                <span>
                  <strong>{text(`menu.notice.${became}`, { date: date(requestedAt) })}</strong>
                  <span>{text(`menu.notice.${became}.line`)}</span>
                </span>
              </li>
            ))}
          </ul>
        )
      }
    >
      <AnswerCard
        icon="paper"
        title={text('menu.certificate')}
        line={text('menu.certificate.line')}
        onPress={() => answer({ type: 'chooseService', service: 'certificate' })}
      />
      <AnswerCard
        icon="person"
        title={text('menu.visura')}
        line={text(online ? 'menu.visura.line' : lineBack ? 'menu.visura.lineBack' : 'menu.visura.offline')}
        onPress={() => answer({ type: 'chooseService', service: 'visura' })}
      />
      <AnswerCard
        icon="pen"
        title={text('menu.declaration')}
        line={text('menu.declaration.line')}
        onPress={() => answer({ type: 'chooseService', service: 'declaration' })}
      />
    </Screen>
  )
}
