import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { CanOnFront, Cie, CieThinking } from '../../components/card-illustrations.tsx'
import { Notice, Points } from '../../components/facts.tsx'
import { Screen } from '../../components/screen.tsx'
import { fullName, useDay, useText } from '../../i18n/use-text.ts'
import { DigitPad } from '../../keyboard/digit-pad.tsx'
import { renewableFrom } from './renewal.ts'

const enterCan = (can: string) => answer({ type: 'enterCan', can })

export function Can({ screen: { wrong } }: { screen: ScreenOf<'can'> }) {
  const text = useText()
  return (
    <DigitPad
      groups={[6]}
      words={{
        typed: (digits) => text('can.typed', { digits }),
        none: text('can.none'),
        pad: text('can.pad'),
        confirm: text('can.confirm'),
      }}
      onDigits={enterCan}
    >
      {({ pad, main }) => (
        <Screen
          title={text('can.title')}
          {...(wrong ? {} : { lead: text('can.lead') })}
          main={main}
          figure={
            <>
              {wrong && (
                <Notice tone="danger" icon="alert">
                  {text('can.wrong')}
                </Notice>
              )}
              <CanOnFront label={text('can.figure')} />
            </>
          }
        >
          {pad}
        </Screen>
      )}
    </DigitPad>
  )
}

export function CanChecking() {
  const text = useText()
  return (
    <Screen
      kind="wait"
      wait={{ usualS: 5 }}
      title={text('canChecking.title')}
      lead={text('canChecking.lead')}
      figure={<CieThinking label={text('canChecking.title')} />}
    />
  )
}

export function CardExpiry({ screen: { holder, expires, expired } }: { screen: ScreenOf<'card-expiry'> }) {
  const text = useText()
  const day = useDay()
  return (
    <Screen
      kind="verdict"
      tone={expired ? 'danger' : 'success'}
      title={text(expired ? 'cardExpiry.titleExpired' : 'cardExpiry.title')}
      figure={
        <>
          <Cie label={text('card.cie')} />
          <div className="code">
            <p className="code-letters day">{day(expires)}</p>
            {holder && <p>{fullName(holder)}</p>}
          </div>
        </>
      }
      main="leave"
    >
      <Points
        points={[
          expired
            ? { icon: 'clock', title: text('cardExpiry.whenExpired.title'), line: text('cardExpiry.whenExpired') }
            : {
                icon: 'clock',
                title: text('cardExpiry.when.title', { date: day(renewableFrom(expires)) }),
                line: text('cardExpiry.when'),
              },
          { icon: 'counter', title: text('cardExpiry.where.title'), line: text('cardExpiry.where') },
          { icon: 'pin', title: text('cardExpiry.certificates.title'), line: text('cardExpiry.certificates') },
        ]}
      />
    </Screen>
  )
}
