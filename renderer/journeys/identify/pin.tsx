import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer, enterPin } from '../../bridge.ts'
import { CieThinking, ReaderWithKeypad } from '../../components/card-illustrations.tsx'
import { Notice } from '../../components/facts.tsx'
import { Icon } from '../../components/icon.tsx'
import { CardThinking, OneTryLeft } from '../../components/illustrations.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard, TouchButton } from '../../components/touch-button.tsx'
import { useText } from '../../i18n/use-text.ts'
import { PinPad } from '../../keyboard/pin-pad.tsx'

export function Pin({ screen }: { screen: ScreenOf<'pin'> }) {
  if (screen.pinPad) return <PinOnReader screen={screen} />
  return <PinOnGlass screen={screen} />
}

function PinOnGlass({ screen }: { screen: ScreenOf<'pin'> }) {
  const text = useText()
  const { card, expiry } = screen
  return (
    <PinPad card={card} onPin={enterPin}>
      {({ pad, main }) => (
        <Screen
          emblem="lock"
          title={text(card === 'cie' ? 'pin.title.cie' : 'pin.title')}
          main={main}
          figure={
            <>
              <TriesOr screen={screen} otherwise={text('pin.lead')} />
              {card === 'cie' && <Halves />}
            </>
          }
        >
          {/* Above the pad, which stands at one place whichever card lies there. */}
          {expiry && (
            <TouchButton className="secondary aside-way" onPress={() => answer({ type: 'askExpiry' })}>
              <Icon name="clock" />
              <span>{text('pin.expiry')}</span>
            </TouchButton>
          )}
          {pad}
        </Screen>
      )}
    </PinPad>
  )
}

/** The PIN is typed on the reader and never meets this computer. The person starts it: the reader does not wait long. */
function PinOnReader({ screen }: { screen: ScreenOf<'pin'> }) {
  const text = useText()
  return (
    <Screen
      title={text('pin.title.pad')}
      lead={text('pin.padWhen')}
      main={{ label: text('pin.padStart'), onPress: () => answer({ type: 'usePinPad' }) }}
      figure={
        <>
          <ReaderWithKeypad label={text('pin.padFigure')} />
          <TriesOr screen={screen} otherwise={text('pin.padLead')} />
        </>
      }
    />
  )
}

/** Says what went wrong and how many tries are left; before any wrong try, what the person may rely on. */
function TriesOr({ screen: { wrong, triesLeft }, otherwise }: { screen: ScreenOf<'pin'>; otherwise: string }) {
  const text = useText()
  if (!wrong && triesLeft === null) {
    return (
      <p className="promise">
        <Icon name="lock" />
        <span>{otherwise}</span>
      </p>
    )
  }
  const tries = triesLeft === null ? '' : ` ${text('pin.tries', { tries: triesLeft })}`
  return (
    <Notice tone={wrong ? 'danger' : 'warning'} icon="alert">
      {`${wrong ? text('pin.wrong') : ''}${tries}`.trim()}
    </Notice>
  )
}

/** A CIE's PIN comes in two halves, on two papers; the card wants all eight digits. */
function Halves() {
  const text = useText()
  return (
    <ul className="halves">
      {(['first', 'last'] as const).map((half) => (
        <li key={half}>
          <Icon name={half === 'first' ? 'paper' : 'letter'} />
          <span className="point-words">
            <strong>{text(`pin.${half}`)}</strong>
            <span>{text(`pin.${half}.line`)}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

/** The last try is never spent without this explicit yes, and the answer that stops stands first (invariant 3). */
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
        onPress={() => answer({ type: 'leave' })}
      />
      <AnswerCard
        icon="alert"
        title={text('lastTry.go')}
        line={text('lastTry.go.line')}
        onPress={() => answer({ type: 'acceptLastTry' })}
      />
    </Screen>
  )
}

export function PinChecking({ screen: { card, pinPad } }: { screen: ScreenOf<'pin-checking'> }) {
  const text = useText()
  if (pinPad) {
    return (
      <Screen
        kind="wait"
        wait={{ usualS: 30 }}
        title={text('pinChecking.pad.title')}
        lead={text('pinChecking.pad.lead')}
        figure={<ReaderWithKeypad label={text('pin.padFigure')} />}
      />
    )
  }
  if (card === 'cie') {
    return (
      <Screen
        kind="wait"
        wait={{ usualS: 10 }}
        title={text('pinChecking.cie.title')}
        lead={text('pinChecking.cie.lead')}
        figure={<CieThinking label={text('pinChecking.cie.title')} />}
      />
    )
  }
  return (
    <Screen
      kind="wait"
      wait={{ usualS: 5 }}
      title={text('pinChecking.title')}
      lead={text('pinChecking.lead')}
      figure={<CardThinking label={text('pinChecking.title')} />}
    />
  )
}
