import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { Refusal } from '../../../contract/refusal.ts'
import { answer } from '../../bridge.ts'
import { CardAtReader } from '../../components/card-illustrations.tsx'
import { Notice, type Point, Points } from '../../components/facts.tsx'
import { PaperOut, ToTheCounter, Town } from '../../components/illustrations.tsx'
import { Listen } from '../../components/listen.tsx'
import { useCounter } from '../../components/office.tsx'
import { OtherWays } from '../../components/other-ways.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { ShowToClerk } from '../../help/clerk.tsx'
import { isMessage } from '../../i18n/messages.ts'
import { firstStep, useDay, useText } from '../../i18n/use-text.ts'

export function Done({ screen }: { screen: ScreenOf<'done'> }) {
  const { outcome, document, slip, arrived, receipt, mark, ways, cardPresent } = screen
  const text = useText()
  const written = outcome === 'printed' && document !== 'certificate' ? document : null
  const about = arrived ? 'arrived' : (written ?? outcome)
  const lead =
    arrived && !cardPresent
      ? 'done.arrived.gone'
      : slip && !arrived
        ? 'done.slip.lead'
        : (`done.${about}.lead` as const)
  const comesOut = outcome === 'printed' || slip
  const paper = comesOut && !arrived
  // The card stays where it is until its certificate is printed.
  const printable = arrived && cardPresent
  return (
    <Screen
      kind={paper ? 'wait' : 'answers'}
      tone={outcome === 'nothing' ? 'warning' : 'success'}
      {...(printable && { emblem: 'printer' as const })}
      title={text(`done.${about}.title`)}
      lead={text(lead)}
      figure={
        <>
          {paper && <PaperOut move="take" label={text(slip ? 'done.slipFigure' : 'done.paperFigure')} />}
          {mark && (
            <Notice tone="warning" icon="pen">
              {text('done.mark')}
            </Notice>
          )}
          {written && written !== 'visura' && <SignIt form={written} />}
          {outcome === 'phone' && document !== 'certificate' && document !== 'visura' && (
            <Notice tone="info" icon="pen">
              {text('done.phone.sign')}
            </Notice>
          )}
          {!paper && !arrived && cardPresent && <CardAtReader move="out" />}
          {!paper && !arrived && !cardPresent && <Town label={text('product')} />}
          {arrived && !cardPresent && <CardAtReader move="in" />}
          {!printable && <CardLine present={cardPresent} />}
        </>
      }
      main="leave"
    >
      {cardPresent && (
        <>
          {printable && (
            <AnswerCard
              icon="printer"
              title={text('done.printNow')}
              line={text('done.printNow.line')}
              onPress={() => answer({ type: 'printNow' })}
            />
          )}
          {comesOut && <Listen />}
          {receipt && (
            <AnswerCard
              icon="paper"
              title={text('done.receipt')}
              line={text('done.receipt.line')}
              onPress={() => answer({ type: 'printReceipt' })}
            />
          )}
          <OtherWays ways={ways} too />
          <AnswerCard icon="more" title={text('done.another')} onPress={() => answer({ type: 'another' })} />
        </>
      )}
    </Screen>
  )
}

/** The card is to be taken, or was: then the words stay, and nobody need hurry. */
function CardLine({ present }: { present: boolean }) {
  const text = useText()
  return (
    <Notice tone="info" icon={present ? 'card' : 'check'}>
      {text(present ? 'done.card' : 'done.cardTaken')}
    </Notice>
  )
}

/** The sheet is worth nothing before the person has done their part. Art. 38 DPR 445/2000 says how it is signed. */
function SignIt({ form }: { form: 'declaration' | 'atto-notorio' }) {
  const text = useText()
  return (
    <Points
      points={[
        { icon: 'paper', title: text(`done.${form}.complete.title`), line: text(`done.${form}.complete`) },
        { icon: 'pen', title: text(`done.${form}.sign.title`), line: text(`done.${form}.sign`) },
        { icon: 'institution', title: text(`done.${form}.hand.title`), line: text(`done.${form}.hand`) },
      ]}
    />
  )
}

/** The sentences of a refusal. They name the day where there is one, and the help for this kind of card. */
function useRefusal({ reason, card, date }: ScreenOf<'refused'>) {
  const text = useText()
  const day = useDay()
  const dated = `refused.${reason}.titleOn` as const
  const ofCard = `refused.${reason}.now.${card}` as const
  const issuer = text(`refused.issuer.${card ?? 'unknown'}`)
  return {
    ...firstStep(text(isMessage(ofCard) ? ofCard : `refused.${reason}.now`, { issuer })),
    why: date && isMessage(dated) ? text(dated, { date: day(date) }) : text(`refused.${reason}.title`),
    safe: text(`refused.${reason}.safe`),
  }
}

/** They say when the card is to be taken: not yet. */
const TAKEN_LATER: readonly Refusal[] = ['card-busy', 'reader-unavailable']

/** Says what to do now, why, what is safe, and who helps: always all four, in this order. */
export function Refused({ screen }: { screen: ScreenOf<'refused'> }) {
  const text = useText()
  const counter = useCounter()
  const { step, rest, why, safe } = useRefusal(screen)
  const { reason, anpr, cardPresent } = screen
  const points: Point[] = [{ icon: 'alert', title: why, line: safe, tone: 'danger' }, counter]
  if (anpr) points.push({ icon: 'paper', title: text('refused.anpr'), line: anpr })
  return (
    <Screen
      kind="verdict"
      tone="danger"
      title={step}
      {...(rest && { lead: rest })}
      {...(cardPresent && TAKEN_LATER.includes(reason)
        ? { emblem: 'clock' as const }
        : { figure: <RefusedFigure reason={reason} cardPresent={cardPresent} /> })}
      main="leave"
    >
      <Points points={points} />
      <ShowToClerk />
    </Screen>
  )
}

/** Refusals of a visit whose card nobody has taken as the screen asks: it was pulled, or its reader is gone. */
const NOT_TAKEN: readonly Refusal[] = ['card-removed', 'reader-unavailable']

function RefusedFigure({ reason, cardPresent }: { reason: Refusal; cardPresent: boolean }) {
  const text = useText()
  // The card was pulled too early, and the visit goes on when it is put back.
  if (reason === 'card-removed' && !cardPresent) return <CardAtReader move="in" />
  return (
    <>
      {cardPresent ? <CardAtReader move="out" /> : <ToTheCounter label={text('help.counter.title')} />}
      {(cardPresent || !NOT_TAKEN.includes(reason)) && <CardLine present={cardPresent} />}
    </>
  )
}

export function Goodbye({ screen: { cardPresent } }: { screen: ScreenOf<'goodbye'> }) {
  const text = useText()
  return (
    <Screen
      kind="wait"
      title={text(cardPresent ? 'goodbye.cardTitle' : 'goodbye.title')}
      lead={text(cardPresent ? 'goodbye.cardLead' : 'goodbye.lead')}
      figure={cardPresent ? <CardAtReader move="out" /> : <Town label={text('product')} />}
    />
  )
}
