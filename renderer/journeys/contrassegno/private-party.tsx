import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer } from '../../bridge.ts'
import { Screen } from '../../components/screen.tsx'
import { AnswerCard } from '../../components/touch-button.tsx'
import { useEuro, useMarkedText, useText } from '../../i18n/use-text.ts'

/** The free way comes first (invariant 6): since 2020 a private party must take the declaration (art. 2 DPR 445/2000). */
export function PrivateParty({ screen: { cents, pagopa } }: { screen: ScreenOf<'private-party'> }) {
  const text = useText()
  const marked = useMarkedText()
  const price = useEuro()(cents)
  return (
    <Screen title={text('contrassegno.choice.title')} lead={text('contrassegno.choice.lead', { price })}>
      <AnswerCard
        icon="free"
        title={text('contrassegno.choice.declaration')}
        line={text('contrassegno.choice.declaration.line')}
        onPress={() => answer({ type: 'declareInstead' })}
      />
      {pagopa && (
        <AnswerCard
          icon="phone"
          title={text('contrassegno.choice.pagopa')}
          line={text('contrassegno.choice.pagopa.line')}
          onPress={() => answer({ type: 'payByNotice' })}
        />
      )}
      <AnswerCard
        icon="paper"
        title={marked('contrassegno.choice.mark', { price })}
        line={text('contrassegno.choice.mark.line')}
        onPress={() => answer({ type: 'haveContrassegno' })}
      />
    </Screen>
  )
}
