import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { type Point, Points } from '../../components/facts.tsx'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { sentence, useList, useText } from '../../i18n/use-text.ts'

type Facts = ScreenOf<'declaration'>['declares']
/** Facts whose Italian name is feminine: the sentence about several of them agrees with it. */
const FEMININE: Facts = ['a', 'b', 'c', 'g']

/** The sentence that says what is ticked already on the sheet. */
function useTicked(): (facts: Facts) => string {
  const text = useText()
  const list = useList()
  return (facts) => {
    const [only] = facts
    if (only === undefined) return text('declaration.ticked.none')
    if (facts.length === 1) return text(`declaration.ticked.${only}`)
    const names = list(facts.map((fact) => `declaration.fact.${fact}` as const))
    const gender = facts.every((fact) => FEMININE.includes(fact)) ? 'F' : 'other'
    return sentence(text('declaration.ticked.several', { names, gender }))
  }
}

/** Artt. 40 and 46 DPR 445/2000; art. 2 as DL 76/2020 left it for private parties. */
export function Declaration({ screen }: { screen: ScreenOf<'declaration'> }) {
  const text = useText()
  const ticked = useTicked()
  const party = screen.for
  const forBody = party === 'publicBody'
  const points: Point[] = [
    forBody
      ? { icon: 'institution', title: text('declaration.body.title'), line: text('declaration.body') }
      : { icon: 'bank', title: text('declaration.private.title'), line: text('declaration.private') },
    {
      icon: 'pen',
      title: text('declaration.how.title'),
      line: text('declaration.how', { topics: ticked(screen.declares) }),
    },
  ]
  if (screen.forAnother)
    points.push({
      icon: 'person',
      title: text('declaration.self.title'),
      line: text('declaration.self'),
      tone: 'warning',
    })
  else
    points.unshift({
      icon: 'free',
      title: text('declaration.free.title'),
      line: text('declaration.free'),
      tone: 'success',
    })
  return (
    <Screen
      kind="verdict"
      tone="success"
      title={text(`declaration.${party}.title`)}
      lead={text(`declaration.${party}.lead`)}
      main={{
        label: text('declaration.print'),
        icon: 'printer',
        onPress: () => answer({ type: 'printDeclaration', form: 'declaration' }),
      }}
    >
      <Points points={points} />
      {screen.attoNotorio && (
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
