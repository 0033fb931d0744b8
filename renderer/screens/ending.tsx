import type { Refusal, ScreenOf } from '../../contract/view.ts'
import { ask } from '../bridge.ts'
import { Notice, type Point, Points } from '../components/facts.tsx'
import { CardAndReader, PaperOut, ToTheCounter, Town } from '../components/illustrations.tsx'
import { Screen } from '../components/screen.tsx'
import { AnswerCard } from '../components/touch-button.tsx'
import { useText } from '../i18n/use-text.ts'

/** A collect code is read aloud and copied by hand: two groups of four. */
function inGroups(code: string): string {
  return code.replace(/[^A-Z0-9]/gi, '').replace(/(.{4})(?=.)/g, '$1 ')
}

export function Done({ screen: { outcome, collectCode, cardPresent } }: { screen: ScreenOf<'done'> }) {
  const text = useText()
  return (
    <Screen
      kind={collectCode ? 'answers' : 'wait'}
      tone={outcome === 'nothing' ? 'warning' : 'success'}
      title={text(`done.${outcome}.title`)}
      lead={text(`done.${outcome}.lead`)}
      figure={
        <>
          {collectCode && (
            <div className="code">
              <p>{text('done.code')}</p>
              <p className="code-letters">{inGroups(collectCode)}</p>
              <p>{text('done.codeLine')}</p>
            </div>
          )}
          {outcome === 'printed' && <PaperOut move="take" label={text('done.paperFigure')} />}
          {outcome !== 'printed' && cardPresent && <CardAndReader move="out" label={text('done.cardFigure')} />}
          {outcome !== 'printed' && !cardPresent && <Town label={text('product')} />}
          {cardPresent && (
            <Notice tone="info" icon="card">
              {text('done.card')}
            </Notice>
          )}
        </>
      }
      main={{ label: text('done.finish'), icon: 'check', onPress: () => ask('leave'), ends: true }}
    >
      {cardPresent && <AnswerCard icon="paper" title={text('done.another')} onPress={() => ask('another')} />}
    </Screen>
  )
}

/** What happened, what is safe, what to do now: in this order, always all three. */
export function Refused({ screen: { reason, anpr, cardPresent } }: { screen: ScreenOf<'refused'> }) {
  const text = useText()
  const points: Point[] = [
    { icon: 'support', title: text('refused.safe'), line: text(`refused.${reason}.safe`), tone: 'success' },
    { icon: 'info', title: text('refused.now'), line: text(`refused.${reason}.now`) },
  ]
  if (anpr) points.push({ icon: 'paper', title: text('refused.anpr'), line: anpr })
  return (
    <Screen
      kind="verdict"
      tone="danger"
      title={text(`refused.${reason}.title`)}
      figure={<RefusedFigure reason={reason} cardPresent={cardPresent} />}
      main={{ label: text('refused.end'), icon: 'check', onPress: () => ask('leave'), ends: true }}
    >
      <Points points={points} />
    </Screen>
  )
}

function RefusedFigure({ reason, cardPresent }: { reason: Refusal; cardPresent: boolean }) {
  const text = useText()
  if (cardPresent)
    return (
      <>
        <CardAndReader move="out" label={text('done.cardFigure')} />
        <Notice tone="info" icon="card">
          {text('done.card')}
        </Notice>
      </>
    )
  // Pulled too early: putting it back goes on.
  if (reason === 'card-removed') return <CardAndReader move="in" label={text('card.figure')} />
  return <ToTheCounter label={text('help.counter.title')} />
}

export function Goodbye({ screen: { cardPresent } }: { screen: ScreenOf<'goodbye'> }) {
  const text = useText()
  return (
    <Screen
      kind="wait"
      title={text(cardPresent ? 'goodbye.cardTitle' : 'goodbye.title')}
      lead={text(cardPresent ? 'goodbye.cardLead' : 'goodbye.lead')}
      figure={
        cardPresent ? <CardAndReader move="out" label={text('done.cardFigure')} /> : <Town label={text('product')} />
      }
    />
  )
}
