import { answer } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { AnswerCard } from './touch-button.tsx'

/** Where a document could not go by another way, or need not: the printer is there. */
export function PrintInstead() {
  const text = useText()
  return (
    <AnswerCard
      icon="printer"
      title={text('phone.print')}
      line={text('printFault.begin.line')}
      onPress={() => answer({ type: 'printInstead' })}
    />
  )
}
