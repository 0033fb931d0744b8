import { Children, isValidElement, type ReactNode, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { usePreferences } from '../view-context.ts'
import { AnswerCard } from './touch-button.tsx'

/** Answers at a time on a simple screen. */
const AT_A_TIME = 2

const isAnswer = (child: ReactNode) => isValidElement(child) && child.type === AnswerCard

/**
 * A screen in the simple mode: two answers at a time, and one that leads to the others; after the last come the first.
 * `plain`: the question alone is said, without the sentence below it. What is no answer stays as it is.
 */
export function useSimple(children: ReactNode): { shown: ReactNode; plain: boolean } {
  const text = useText()
  const { simple } = usePreferences()
  const [first, setFirst] = useState(0)
  if (!simple) return { shown: children, plain: false }
  const all = Children.toArray(children)
  const answers = all.filter(isAnswer)
  const plain = answers.length >= AT_A_TIME
  if (answers.length <= AT_A_TIME) return { shown: children, plain }
  const begin = first < answers.length ? first : 0
  const end = begin + AT_A_TIME
  const now = answers.slice(begin, end)
  return {
    plain,
    shown: (
      <>
        {all.filter((child) => !isAnswer(child) || now.includes(child))}
        <AnswerCard icon="more" title={text('simple.other')} onPress={() => setFirst(end < answers.length ? end : 0)} />
      </>
    ),
  }
}
