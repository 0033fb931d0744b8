import { steps } from '../../contract/steps.ts'
import type { View } from '../../contract/visit.ts'
import { useText } from '../i18n/use-text.ts'

/** Progress with names: the steps that are done, the present one, the steps to come. */
export function Steps({ step }: { step: NonNullable<View['step']> }) {
  const text = useText()
  const now = steps.indexOf(step)
  return (
    <ol className="steps" aria-label={text('steps.label', { at: now + 1, of: steps.length })}>
      {steps.map((name, index) => (
        <li
          key={name}
          className={index < now ? 'done' : index === now ? 'now' : 'coming'}
          {...(index === now ? { 'aria-current': 'step' as const } : {})}
        >
          <span className="step-bar" />
          <span className="step-name">{text(`steps.${name}`)}</span>
        </li>
      ))}
    </ol>
  )
}
