import { HANDOVER_PATIENCE_MS } from '../../../contract/handover.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Clock } from '../../components/clock.tsx'
import { Notice, Points } from '../../components/facts.tsx'
import { OtherWays } from '../../components/other-ways.tsx'
import { PrintInstead } from '../../components/print-instead.tsx'
import { QrCode } from '../../components/qr-code.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useText } from '../../i18n/use-text.ts'

export function Phone({ screen: { code, noPrinter, canPrint } }: { screen: ScreenOf<'phone'> }) {
  const text = useText()
  return (
    <Screen
      kind={canPrint ? 'answers' : 'wait'}
      {...(code ? {} : { wait: { usualS: 5 } })}
      {...(noPrinter && { emblem: 'phone' as const })}
      title={text(code ? 'phone.title' : 'phone.sending')}
      lead={text(code ? 'phone.lead' : 'phone.sending.lead')}
      figure={
        <>
          {noPrinter && (
            <Notice tone="info" icon="printer">
              {text('phone.noPrinter')}
            </Notice>
          )}
          {code ? (
            <div className="coded">
              <QrCode text={code.link} label={text('phone.figure')} />
              <div className="coded-words">
                <Clock
                  until={code.until}
                  mostMs={HANDOVER_PATIENCE_MS}
                  label={(left) => text('phone.left', { left })}
                />
                <Points
                  points={[
                    { icon: 'lock', title: text('phone.once.title'), line: text('phone.once'), tone: 'success' },
                  ]}
                />
              </div>
            </div>
          ) : (
            <Waiting />
          )}
        </>
      }
    >
      {canPrint && <PrintInstead />}
    </Screen>
  )
}

export function PhoneEnded({ screen: { why, document, canPrint, ways } }: { screen: ScreenOf<'phone-ended'> }) {
  const text = useText()
  return (
    <Screen
      tone="warning"
      title={text(`phoneEnded.${why}.title`)}
      lead={text(`phoneEnded.${why}.lead`)}
      figure={
        <Points
          points={[
            {
              icon: 'support',
              title: text(`printFault.${document}.safe.title`),
              line: text(document === 'certificate' ? 'phoneEnded.safe' : `printFault.${document}.safe`),
              tone: 'success',
            },
          ]}
        />
      }
    >
      <AnswerCard icon="phone" title={text('phone.again')} onPress={() => answer({ type: 'newCode' })} />
      {canPrint && <PrintInstead />}
      <OtherWays ways={ways} />
    </Screen>
  )
}
