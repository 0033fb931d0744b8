import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Notice } from '../../components/facts.tsx'
import { AskingRegister } from '../../components/illustrations.tsx'
import { OtherWays } from '../../components/other-ways.tsx'
import { PrintInstead } from '../../components/print-instead.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { sentence, useText } from '../../i18n/use-text.ts'

export function Asking() {
  const text = useText()
  return (
    <Screen
      kind="wait"
      wait={{ usualS: 5 }}
      title={text('domicilio.asking')}
      lead={text('domicilio.asking.lead')}
      figure={<AskingRegister label={text('domicilio.asking')} />}
    />
  )
}

/** The address is INAD's, masked: whoever stands behind reads no name. To touch it is to confirm it. */
export function ChooseDomicile({ screen: { domiciles, canPrint } }: { screen: ScreenOf<'domicilio'> }) {
  const text = useText()
  return (
    <Screen
      emblem="letter"
      title={text('domicilio.title', { count: domiciles.length })}
      lead={text('domicilio.lead')}
      figure={
        <Notice tone="info" icon="info">
          {text('domicilio.effect')}
        </Notice>
      }
    >
      {domiciles.map(({ address, profession }, index) => (
        <AnswerCard
          key={address}
          icon="letter"
          title={text('domicilio.send', { address })}
          line={
            profession === null
              ? text('domicilio.own')
              : text('domicilio.profession', { profession: sentence(profession.toLowerCase()) })
          }
          onPress={() => answer({ type: 'sendToDomicile', index })}
        />
      ))}
      {canPrint && <PrintInstead />}
    </Screen>
  )
}

export function Sending() {
  const text = useText()
  return (
    <Screen
      kind="wait"
      wait={{ usualS: 5 }}
      emblem="letter"
      title={text('domicilio.sending')}
      lead={text('domicilio.sending.lead')}
      figure={<Waiting />}
    />
  )
}

export function Ended({ screen: { why, canPrint, ways } }: { screen: ScreenOf<'domicilio-ended'> }) {
  const text = useText()
  return (
    <Screen tone="warning" title={text(`domicilioEnded.${why}.title`)} lead={text(`domicilioEnded.${why}.lead`)}>
      {canPrint && <PrintInstead />}
      <OtherWays ways={ways} />
    </Screen>
  )
}
