import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import { pressActs } from '../speech/explore.ts'
import { usePreferences } from '../view-context.ts'
import { Icon, type IconName } from './icon.tsx'
import { useSettled, useStrikes } from './press-guard.tsx'

type TouchButton = {
  onPress: () => void
  className?: string
  label?: string
  disabled?: boolean
  pressed?: boolean
  /** A key of a keypad, which counts its own strikes. */
  digit?: boolean
  /** It opens a dialog. */
  opens?: boolean
  /** It serves speech, which does not say it with the screen. */
  unsaid?: boolean
  /** It takes something back or closes: the pad's key for going back presses it. */
  back?: boolean
  children: ReactNode
}

/**
 * Every control of the totem. react-aria gives the behaviour: a finger that slides off does nothing, a keyboard works.
 * SECURITY: a touched key takes no focus, or the page would show which digit of the PIN was touched last.
 */
export function TouchButton({
  onPress,
  className = '',
  label,
  disabled = false,
  pressed,
  digit = false,
  back = false,
  unsaid = false,
  opens = false,
  children,
}: TouchButton) {
  const counts = useStrikes('other')
  const press = useSettled(() => {
    if (digit || counts('')) onPress()
  })
  return (
    <Button
      className={`touch ${className}`}
      onPress={({ pointerType }) => {
        if (pressActs(pointerType)) press()
      }}
      isDisabled={disabled}
      preventFocusOnPress
      {...(opens && { 'aria-haspopup': 'dialog' as const })}
      {...(back && { 'data-back': true })}
      {...(unsaid && { 'data-unsaid': true })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
    >
      {children}
    </Button>
  )
}

type Answer = {
  icon: IconName
  title: ReactNode
  line?: ReactNode
  onPress: () => void
  pressed?: boolean
  note?: string
  /** It cannot be chosen; `line` says why. */
  disabled?: boolean
  /** What nearly everybody wants here. */
  main?: boolean
}

/** One answer to the screen's question: the whole card is the button. */
export function AnswerCard({ icon, title, line, onPress, pressed, note, disabled = false, main = false }: Answer) {
  const { simple } = usePreferences()
  return (
    <TouchButton
      className={main ? 'answer main' : 'answer'}
      onPress={onPress}
      disabled={disabled}
      {...(pressed === undefined ? {} : { pressed })}
    >
      <span className="answer-icon">
        <Icon name={icon} />
      </span>
      <span className="answer-words">
        <span className="answer-title">{title}</span>
        {line && (disabled || !simple) && <span className="answer-line">{line}</span>}
      </span>
      {!disabled && (note ? <span className="answer-note">{note}</span> : <Icon name="chevron" />)}
    </TouchButton>
  )
}
