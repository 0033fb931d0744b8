import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { type Point, Points } from '../../components/facts.tsx'
import type { IconName } from '../../components/icon.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { Sheet } from '../../components/sheet.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { Waited } from '../../components/waited.tsx'
import { sentence, useList, useMarkedText, useText } from '../../i18n/use-text.ts'

type Shown = ScreenOf<'declaration'>

/** Artt. 40 and 46 DPR 445/2000; art. 2 as DL 76/2020 left it for private parties. */
export function Declaration({ screen }: { screen: Shown }) {
  const text = useText()
  const { for: party, asking, attoNotorio } = screen
  return (
    <Screen
      tone="success"
      {...(asking && { emblem: 'paper' as const })}
      title={text(`declaration.${party}.title`)}
      lead={text(`declaration.${party}.lead`)}
      figure={<Points points={usePoints(screen)} />}
      main={{
        label: text('declaration.print'),
        icon: 'printer',
        onPress: () => answer({ type: 'printDeclaration', form: 'declaration' }),
        disabled: asking,
      }}
    >
      <Declared {...screen} />
      {attoNotorio && !asking && (
        <AnswerCard
          icon="paper"
          title={text('declaration.form.atto-notorio')}
          line={text('declaration.form.atto-notorio.line')}
          onPress={() => answer({ type: 'printDeclaration', form: 'atto-notorio' })}
        />
      )}
    </Screen>
  )
}

/** What this person should know before they sign; for most, that it must be accepted. */
function usePoints({ for: party, asking, byHand, forAnother, nonEu }: Shown): Point[] {
  const text = useText()
  const point = (icon: IconName, name: 'public' | 'private' | 'self' | 'byHand' | 'nonEu'): Point => ({
    icon,
    title: text(`declaration.${name}.title`),
    line: text(`declaration.${name}`),
  })
  if (forAnother) return [{ ...point('person', 'self'), tone: 'warning' }]
  if (nonEu) return [point('info', 'nonEu')]
  if (byHand && !asking) return [point('pen', 'byHand')]
  return [party === 'publicBody' ? point('institution', 'public') : point('bank', 'private')]
}

/** What is declared, by theme. */
function Declared({ themes, asking }: Shown) {
  const text = useText()
  const list = useList()
  if (asking)
    return (
      <div className="sheet-asked">
        <p>{text('visura.waiting')}</p>
        <Waiting />
        <Waited usualS={5} />
      </div>
    )
  return (
    <Sheet
      lines={themes.map(({ theme, ticked }) => ({
        label: text(`declaration.theme.${theme}`),
        value:
          ticked.length === 0
            ? text('declaration.nothing')
            : sentence(list(ticked.map((fact) => `declaration.fact.${fact}` as const))),
        change: () => answer({ type: 'chooseFactTheme', theme }),
      }))}
    />
  )
}

type Fact = ScreenOf<'declared-facts'>['facts'][number]
const ICON: Record<Fact, IconName> = {
  ...{ a: 'child', b: 'home', c: 'institution', e: 'rings', f: 'family', g: 'heart', q: 'card', dd: 'paper' },
  ...{ 'h-birth': 'child', 'h-death': 'person' },
}

export function ChooseFacts({ screen: { theme, facts, ticked } }: { screen: ScreenOf<'declared-facts'> }) {
  const text = useText()
  const marked = useMarkedText()
  return (
    <Screen
      title={text(`declaration.theme.${theme}`)}
      lead={text('declaration.facts.lead')}
      main={{ label: text('themes.done'), icon: 'check', onPress: () => answer({ type: 'back' }) }}
    >
      {facts.map((fact) => (
        <AnswerCard
          key={fact}
          icon={ICON[fact]}
          title={sentence(text(`declaration.fact.${fact}`))}
          line={marked(`declaration.fact.${fact}.line`)}
          pressed={ticked.includes(fact)}
          note={text(ticked.includes(fact) ? 'themes.on' : 'themes.off')}
          onPress={() => answer({ type: 'toggleFact', fact })}
        />
      ))}
    </Screen>
  )
}
