import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Notice, Points } from '../../components/facts.tsx'
import { OtherWays } from '../../components/other-ways.tsx'
import { PrintInstead } from '../../components/print-instead.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useText } from '../../i18n/use-text.ts'
import { AddressPad } from '../../keyboard/address-pad.tsx'
import './email.css'

const enter = (address: string) => answer({ type: 'enterEmail', address })

export function TypeAddress({ screen: { typed, fault } }: { screen: ScreenOf<'email-address'> }) {
  const text = useText()
  return (
    <AddressPad key={typed} typed={typed} confirm={text('email.next')} onAddress={enter}>
      {({ pad, main }) => (
        <Screen
          emblem="letter"
          title={text('email.title')}
          {...(fault ? {} : { lead: text('email.lead') })}
          main={main}
          figure={
            fault && (
              <Notice tone="danger" icon="alert">
                {text(`email.fault.${fault}`)}
              </Notice>
            )
          }
        >
          {pad}
        </Screen>
      )}
    </AddressPad>
  )
}

/** Behind a dot a line may end (a zero-width space); within a part it ends only where that alone is longer than a line. */
const dividedAtDots = (part: string) => part.replaceAll('.', '.\u200b')

/** A screen of its own, in large letters: a wrong address takes the link to a stranger. */
export function Confirm({ screen: { local, domain, meant } }: { screen: ScreenOf<'email-confirm'> }) {
  const text = useText()
  return (
    <Screen
      emblem="letter"
      title={text('email.confirm.title')}
      lead={text('email.confirm.lead')}
      figure={
        <>
          <p className="unseen">{text('email.typed', { typed: [...local, '@', ...domain].join(' ') })}</p>
          <p className="email-address" aria-hidden="true">
            <span>{dividedAtDots(local)}</span>
            <span>@{dividedAtDots(domain)}</span>
          </p>
        </>
      }
      main={{ label: text('email.send'), icon: 'check', onPress: () => answer({ type: 'confirmEmail' }) }}
    >
      {meant && (
        <AnswerCard
          icon="help"
          title={text('email.meant', { domain: meant })}
          line={text('email.meant.line')}
          onPress={() => answer({ type: 'useMeant' })}
        />
      )}
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
      title={text('email.sending')}
      lead={text('email.sending.lead')}
      figure={<Waiting />}
    />
  )
}

export function Sent({ screen: { code, handedOver, canPrint } }: { screen: ScreenOf<'email-sent'> }) {
  const text = useText()
  return (
    <Screen
      tone="success"
      title={text(handedOver ? 'email.sent.title' : 'email.waiting.title')}
      lead={text('email.sent.lead')}
      figure={
        <>
          <p className="email-code" role="img" aria-label={text('email.code', { code: [...code].join(' ') })}>
            {code.slice(0, 3)} {code.slice(3)}
          </p>
          <Points points={[{ icon: 'clock', title: text('email.sent.days.title'), line: text('email.sent.days') }]} />
        </>
      }
      main={{ label: text('email.haveCode'), icon: 'check', onPress: () => answer({ type: 'haveCode' }), ends: true }}
    >
      {canPrint && (
        <AnswerCard
          icon="printer"
          title={text('email.printCode')}
          line={text('email.printCode.line')}
          onPress={() => answer({ type: 'printCode' })}
        />
      )}
    </Screen>
  )
}

export function Ended({ screen: { canPrint, ways } }: { screen: ScreenOf<'email-ended'> }) {
  const text = useText()
  return (
    <Screen tone="warning" emblem="letter" title={text('email.ended.title')} lead={text('email.ended.lead')}>
      <AnswerCard icon="letter" title={text('email.again')} onPress={() => answer({ type: 'takeByEmail' })} />
      {canPrint && <PrintInstead />}
      <OtherWays ways={ways} />
    </Screen>
  )
}
