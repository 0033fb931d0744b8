import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Clock } from '../../components/clock.tsx'
import { Points } from '../../components/facts.tsx'
import { QrCode } from '../../components/qr-code.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useEuro, useInstantDay, useText } from '../../i18n/use-text.ts'
import './pagopa.css'

/** The totem's own patience (main/journeys/pagopa/service.ts). */
const PATIENCE_MS = 5 * 60_000

/** In groups of four, as the notice has it on paper. */
const grouped = (notice: string) => notice.replace(/(\d{4})(?=\d)/g, '$1 ')
/** pagoPA's notices are of this version, whatever their text. */
const NOTICE_VERSION = 4

export function Opening() {
  const text = useText()
  return (
    <Screen
      kind="wait"
      wait={{ usualS: 5 }}
      emblem="phone"
      title={text('pagopa.opening')}
      lead={text('pagopa.opening.lead')}
      figure={<Waiting />}
    />
  )
}

export function Notice({ screen: { cents, notice, qr, checkout, until } }: { screen: ScreenOf<'pagopa'> }) {
  const text = useText()
  const price = useEuro()(cents)
  return (
    <Screen
      title={text('pagopa.title', { price })}
      lead={text('pagopa.lead')}
      figure={
        <div className="coded">
          <div className="pagopa-codes">
            {checkout && (
              <figure>
                <QrCode text={checkout} label={text('pagopa.checkout.figure')} />
                <figcaption>{text('pagopa.checkout')}</figcaption>
              </figure>
            )}
            <figure>
              <QrCode text={qr} version={NOTICE_VERSION} label={text('pagopa.qr.figure')} />
              <figcaption>{text('pagopa.qr')}</figcaption>
            </figure>
          </div>
          <div className="coded-words">
            <Clock until={until} mostMs={PATIENCE_MS} label={(left) => text('phone.left', { left })} />
            <p className="large-line">{text('pagopa.number', { notice: grouped(notice) })}</p>
          </div>
        </div>
      }
    >
      <PrintNotice />
    </Screen>
  )
}

export function Later({ screen: { cents, notice, dueAt } }: { screen: ScreenOf<'pagopa-later'> }) {
  const text = useText()
  const price = useEuro()(cents)
  const day = useInstantDay()
  return (
    <Screen
      title={text('pagopa.later.title')}
      lead={text('pagopa.later.lead', { date: day(dueAt) })}
      figure={
        <Points
          points={[
            {
              icon: 'paper',
              title: text('pagopa.number', { notice: grouped(notice) }),
              line: text('pagopa.later.where'),
            },
          ]}
        />
      }
    >
      <AnswerCard
        icon="phone"
        title={text('pagopa.now', { price })}
        line={text('pagopa.now.line')}
        onPress={() => answer({ type: 'payNow' })}
      />
      <PrintNotice />
      <AnswerCard
        icon="close"
        title={text('pagopa.withdraw')}
        line={text('pagopa.withdraw.line')}
        onPress={() => answer({ type: 'withdrawNotice' })}
      />
    </Screen>
  )
}

function PrintNotice() {
  const text = useText()
  return (
    <AnswerCard
      icon="printer"
      title={text('pagopa.print')}
      line={text('pagopa.print.line')}
      onPress={() => answer({ type: 'printNotice' })}
    />
  )
}

export function Ended({ screen: { why } }: { screen: ScreenOf<'pagopa-ended'> }) {
  const text = useText()
  return (
    <Screen
      tone="warning"
      emblem={why === 'withdrawn' ? 'check' : 'clock'}
      title={text(`pagopa.${why}.title`)}
      lead={text(`pagopa.${why}.lead`)}
    >
      <AnswerCard
        icon="phone"
        title={text('pagopa.again')}
        line={text('pagopa.again.line')}
        onPress={() => answer({ type: 'payByNotice' })}
      />
    </Screen>
  )
}

export function Refund({ screen }: { screen: ScreenOf<'pagopa-refund'> }) {
  const { cents, receipt, why, by, contact } = screen
  const text = useText()
  const price = useEuro()(cents)
  const day = useInstantDay()
  return (
    <Screen
      tone="warning"
      emblem="refund"
      title={text('pagopa.refund.title', { price })}
      lead={text('pagopa.refund.lead', { date: day(by) })}
      figure={
        <Points
          points={[
            { icon: 'info', title: text(`refused.${why}.title`), line: text(`refused.${why}.now`) },
            {
              icon: 'paper',
              title: contact ?? text('pagopa.refund.counter'),
              line: text('pagopa.receipt', { receipt }),
            },
          ]}
        />
      }
      main={{ label: text('pagopa.refund.print'), icon: 'printer', onPress: () => answer({ type: 'printNotice' }) }}
    />
  )
}
