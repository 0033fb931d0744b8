import { tellSpeech } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'
import { AnswerCard } from './touch-button.tsx'

/** What stands on the sheet of this screen, word for word: for whoever has a headset in, since a sheet is personal. */
export function Listen() {
  const text = useText()
  const { speech } = useShownView()
  return (
    speech === 'headset' && (
      <AnswerCard
        icon="listen"
        title={text('done.listen')}
        line={text('done.listen.line')}
        onPress={() => tellSpeech({ about: 'paper' })}
      />
    )
  )
}
