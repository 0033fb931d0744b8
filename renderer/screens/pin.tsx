import type { ScreenOf } from '../../contract/view.ts'
import { ask, enterPin } from '../bridge.ts'
import { Notice } from '../components/facts.tsx'
import { Icon } from '../components/icon.tsx'
import { OneTryLeft } from '../components/illustrations.tsx'
import { Screen } from '../components/screen.tsx'
import { AnswerCard } from '../components/touch-button.tsx'
import { useText } from '../i18n/use-text.ts'
import { PinPad } from '../keyboard/pin-pad.tsx'

export function Pin({ screen: { wrong, triesLeft } }: { screen: ScreenOf<'pin'> }) {
  const text = useText()
  const tries = triesLeft === null ? '' : ` ${text('pin.tries', { tries: triesLeft })}`
  return (
    <PinPad onPin={enterPin}>
      {({ pad, main }) => (
        <Screen
          title={text('pin.title')}
          main={main}
          figure={
            wrong || triesLeft !== null ? (
              <Notice tone={wrong ? 'danger' : 'warning'} icon="alert">
                {`${wrong ? text('pin.wrong') : ''}${tries}`.trim()}
              </Notice>
            ) : (
              <p className="promise">
                <Icon name="lock" />
                <span>{text('pin.lead')}</span>
              </p>
            )
          }
        >
          {pad}
        </Screen>
      )}
    </PinPad>
  )
}

/** The last try is never spent without this explicit yes; stopping stands first (invariant 3). */
export function LastTry() {
  const text = useText()
  return (
    <Screen
      title={text('lastTry.title')}
      lead={text('lastTry.lead')}
      tone="warning"
      figure={<OneTryLeft label={text('lastTry.title')} />}
    >
      <AnswerCard
        icon="lock"
        title={text('lastTry.stop')}
        line={text('lastTry.stop.line')}
        onPress={() => ask('leave')}
      />
      <AnswerCard
        icon="alert"
        title={text('lastTry.go')}
        line={text('lastTry.go.line')}
        onPress={() => ask('acceptLastTry')}
      />
    </Screen>
  )
}
