import { stay } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { useTimeCue } from './beep.ts'
import { CardAtReader } from './card-illustrations.tsx'
import { Points } from './facts.tsx'
import { Screen } from './screen.tsx'
import { AnswerCard } from './touch-button.tsx'

/** Stands in place of any screen while its card is away, so that the page no longer holds what was shown. */
export function CardLost({ secondsLeft }: { secondsLeft: number }) {
  const text = useText()
  useTimeCue(secondsLeft)
  return (
    <Screen
      kind="verdict"
      tone="warning"
      title={text('cardLost.title')}
      lead={text('cardLost.lead')}
      figure={<CardAtReader move="in" />}
    >
      <Points
        points={[
          { icon: 'clock', title: text('cardLost.now.title', { seconds: secondsLeft }), line: text('cardLost.now') },
          { icon: 'support', title: text('cardLost.safe.title'), line: text('cardLost.safe'), tone: 'success' },
        ]}
      />
      <AnswerCard icon="clock" title={text('cardLost.more')} line={text('cardLost.more.line')} onPress={() => stay()} />
    </Screen>
  )
}
