import { useState } from 'react'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { OwnRequest } from '../../../contract/journeys/requests.ts'
import { answer } from '../../bridge.ts'
import { Notice, Points } from '../../components/facts.tsx'
import type { IconName } from '../../components/icon.tsx'
import { AskingRegister } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { sentence, useCertificateName, useDate, useInstantDay, useText } from '../../i18n/use-text.ts'

const ICON: Record<OwnRequest['state'], IconName> = {
  ...{ unpaid: 'phone', paid: 'printer', refund: 'refund' },
  ...{ recorded: 'clock', sent: 'clock', ready: 'printer', elsewhere: 'paper', collected: 'check' },
  ...{ mailed: 'letter', opened: 'check', domicile: 'letter', delivered: 'check', returned: 'letter' },
  ...{ refused: 'alert', expired: 'alert', aside: 'support', withdrawn: 'close' },
}

/** Requests on one screen; a fifth answer goes on to the older ones, and after the last come the newest. */
const A_SCREEN = 4

/** What a request was for; without the line only the gateway knows. */
function useRequestName(): (request: Pick<OwnRequest, 'types' | 'document'>) => string {
  const text = useText()
  const name = useCertificateName()
  return ({ types, document }) => sentence(types ? name(types) : text(`requests.document.${document}`))
}

export function Requests({ screen: { requests, whole } }: { screen: ScreenOf<'requests'> }) {
  const text = useText()
  const name = useRequestName()
  const day = useInstantDay()
  const [first, setFirst] = useState(0)
  const title = text('requests.title')
  if (requests === null)
    return (
      <Screen
        kind="wait"
        wait={{ usualS: 5 }}
        title={title}
        lead={text('requests.waiting')}
        figure={<AskingRegister label={text('requests.waiting')} />}
      />
    )
  if (requests.length === 0)
    return (
      <Screen kind="verdict" title={title} emblem="paper" lead={text(whole ? 'requests.none' : 'requests.noneHere')} />
    )
  const end = first + A_SCREEN
  return (
    <Screen title={title} lead={text('requests.lead')}>
      {!whole && (
        <Notice tone="warning" icon="alert">
          {text('requests.offline')}
        </Notice>
      )}
      {requests.slice(first, end).map((request, at) => (
        <AnswerCard
          key={request.operation}
          icon={ICON[request.state]}
          title={name(request)}
          line={text('requests.line', { day: day(request.requestedAt), state: text(`requests.${request.state}`) })}
          onPress={() => answer({ type: 'chooseRequest', index: first + at })}
        />
      ))}
      {requests.length > A_SCREEN && (
        <AnswerCard
          icon="more"
          title={text(end < requests.length ? 'list.older' : 'list.newest')}
          onPress={() => setFirst(end < requests.length ? end : 0)}
        />
      )}
    </Screen>
  )
}

/** States in which the person has something to do, or to wait for. */
const TONE: Partial<Record<OwnRequest['state'], 'success' | 'warning'>> = {
  ...{ unpaid: 'warning', paid: 'success' },
  ...{ ready: 'success', collected: 'success', elsewhere: 'success' },
  ...{ opened: 'success', delivered: 'success', returned: 'warning' },
  ...{ refused: 'warning', expired: 'warning', aside: 'warning' },
}

const BECAME = {
  withdrawn: { icon: 'check', tone: 'success' },
  'too-late': { icon: 'info', tone: undefined },
  unknown: { icon: 'alert', tone: 'warning' },
} as const

/** What came of a withdrawal, and what the person may do now. */
export function Withdrawal({ screen: { became, canPrint } }: { screen: ScreenOf<'request-withdrawal'> }) {
  const text = useText()
  const { icon, tone } = BECAME[became]
  return (
    <Screen
      emblem={icon}
      title={text(`withdrawal.${became}.title`)}
      lead={text(`withdrawal.${became}`)}
      {...(tone && { tone })}
      figure={
        <Points
          points={[
            {
              icon,
              title: text(`withdrawal.${became}.next.title`),
              line: text(`withdrawal.${became}.next`),
              ...(tone && { tone }),
            },
          ]}
        />
      }
      {...(canPrint && {
        main: { label: text('withdrawal.print'), icon: 'printer', onPress: () => answer({ type: 'printWithdrawal' }) },
      })}
    />
  )
}

export function Request({ screen: { request } }: { screen: ScreenOf<'request'> }) {
  const text = useText()
  const name = useRequestName()
  const date = useDate()
  const { state, office, withdrawable, requestedAt, day, again } = request
  const dayOf = useInstantDay()
  const tone = TONE[state]
  const isPayment = state === 'unpaid' || state === 'paid' || state === 'refund'
  const pays = { unpaid: 'phone', paid: 'printer', refund: 'info' } as const
  return (
    <Screen
      emblem={ICON[state]}
      title={name(request)}
      lead={text('request.lead', { date: date(requestedAt) })}
      figure={
        <Points
          points={[
            {
              icon: ICON[state],
              title: sentence(text(`requests.${state}`)),
              line: text(`request.${state}`, { date: day ? dayOf(day) : '' }),
              ...(tone && { tone }),
            },
            ...(state === 'refund'
              ? []
              : [
                  {
                    icon: 'counter' as const,
                    title: text('request.where.title'),
                    line: office ?? text(isPayment ? 'request.anywhere' : 'request.here'),
                  },
                ]),
          ]}
        />
      }
      {...(isPayment && {
        main: {
          label: text(`request.pay.${state}`),
          icon: pays[state],
          onPress: () => answer({ type: 'payNow' }),
        },
      })}
      {...(again && {
        main: {
          label: text(again === 'collect' ? 'request.collect' : 'request.again'),
          icon: 'printer' as const,
          onPress: () => answer({ type: 'chooseService', service: again }),
        },
      })}
    >
      {state === 'unpaid' && (
        <AnswerCard
          icon="close"
          title={text('pagopa.withdraw')}
          line={text('pagopa.withdraw.line')}
          onPress={() => answer({ type: 'withdrawNotice' })}
        />
      )}
      {withdrawable && (
        <AnswerCard
          icon="close"
          title={text('request.withdraw')}
          line={text('request.withdraw.line')}
          onPress={() => answer({ type: 'withdrawRequest' })}
        />
      )}
    </Screen>
  )
}
