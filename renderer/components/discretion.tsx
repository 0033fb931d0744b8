import { drawable } from '../../contract/letters.ts'
import { answer } from '../bridge.ts'
import { fullName, useText } from '../i18n/use-text.ts'
import { usePreferences } from '../view-context.ts'
import { Icon } from './icon.tsx'
import { TouchButton } from './touch-button.tsx'

/** As many for every value, so that they tell nothing of its length. */
const DOTS = '•••••'

/**
 * What names or describes a person; dots and initials in its place while the person hides it from whoever passes by. The
 * page does not hold what is hidden.
 */
export function useDiscretion() {
  const { hidden } = usePreferences()
  return {
    shown: (value: string) => (hidden ? DOTS : drawable(value)),
    named: (person: { name: string; surname: string }) => (hidden ? initialsOf(fullName(person)) : fullName(person)),
  }
}

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .map((part) => `${part.charAt(0)}.`)
    .join(' ')

/** Hides the data of this screen and of the next ones at one touch, and shows them again. */
export function HideData() {
  const text = useText()
  const { hidden } = usePreferences()
  return (
    <TouchButton
      className="secondary hide-data"
      onPress={() => answer({ type: 'prefer', change: { hidden: !hidden } })}
    >
      <Icon name={hidden ? 'eye' : 'hidden'} />
      <span>{text(hidden ? 'discretion.show' : 'discretion.hide')}</span>
    </TouchButton>
  )
}
