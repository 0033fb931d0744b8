import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Icon, type IconName } from '../../components/icon.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { givenName, useDate, useDay, useText } from '../../i18n/use-text.ts'

type Shown = ScreenOf<'menu'>

/**
 * Who is it for? A public body may not take a certificate (art. 40 DPR 445/2000), so nobody comes to a price before they
 * have said that the paper is for somebody else (invariant 6).
 */
export function Menu({ screen }: { screen: Shown }) {
  const text = useText()
  const { holder, online, lineBack, waiting, payments } = screen
  const choice = (
    service: 'declaration' | 'certificate' | 'visura' | 'collect' | 'pagopa' | 'requests',
    icon: IconName,
    line: string,
  ) => (
    <AnswerCard
      icon={icon}
      title={text(`menu.${service}`)}
      line={line}
      onPress={() => answer({ type: 'chooseService', service })}
    />
  )
  return (
    <Screen
      title={text('menu.title')}
      lead={text('menu.lead', { name: givenName(holder) })}
      figure={(screen.notices.length > 0 || screen.card) && <Requests screen={screen} />}
    >
      {screen.returned > 0
        ? choice('requests', 'letter', text('menu.returned', { count: screen.returned }))
        : screen.pending > 0 && choice('requests', 'clock', text('menu.pending', { count: screen.pending }))}
      {waiting > 0 && choice('collect', 'printer', text('menu.collect.line', { count: waiting }))}
      {payments > 0 && choice('pagopa', 'phone', text('menu.pagopa.line'))}
      {choice('declaration', 'institution', text('menu.declaration.line'))}
      {choice('certificate', 'bank', text('menu.certificate.line'))}
      {choice(
        'visura',
        'person',
        text(online ? 'menu.visura.line' : lineBack ? 'menu.visura.lineBack' : 'menu.visura.offline'),
      )}
    </Screen>
  )
}

/** What became of earlier requests, and an identity card that is no good, before anything is paid. */
function Requests({ screen: { notices, card } }: { screen: Shown }) {
  const text = useText()
  const date = useDate()
  const day = useDay()
  return (
    <ul className="sheets">
      {card && (
        <li className="sheet unlucky">
          <Icon name="card" />
          <span>
            <strong>{text(`menu.card.${card.state}`, { date: card.date ? day(card.date) : '' })}</strong>
            <span>{text(card.state === 'expiring' ? 'menu.card.renew' : 'menu.card.void')}</span>
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
