import { useCallback, useEffect } from 'react'
import { Icon } from '../components/icon.tsx'
import { useStrikes } from '../components/press-guard.tsx'
import { TouchButton } from '../components/touch-button.tsx'
import { useText } from '../i18n/use-text.ts'
import { type PinKey, pinKeyOf } from './pin-buffer.ts'
import './keyboard.css'

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

/** The ten digits on the glass, and the two keys that take some back. */
export function DigitKeys({ label, empty, press }: { label: string; empty: boolean; press: (key: PinKey) => void }) {
  const text = useText()
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is a part of a form, and there is no form
    <div className="pin-keys" role="group" aria-label={label} tabIndex={-1}>
      {DIGITS.map((digit) => (
        <TouchButton key={digit} className="key" digit onPress={() => press(digit)}>
          {digit}
        </TouchButton>
      ))}
      <TouchButton className="key word" digit back onPress={() => press('clear')} disabled={empty}>
        {text('pin.clear')}
      </TouchButton>
      <TouchButton className="key" digit onPress={() => press('0')}>
        0
      </TouchButton>
      <TouchButton className="key word" digit onPress={() => press('delete')} disabled={empty}>
        <Icon name="backspace" />
        {text('pin.delete')}
      </TouchButton>
    </div>
  )
}

/**
 * The keys of the glass and of any numeric keypad of the totem; Enter confirms. Both functions must keep their identity.
 * Answers what a key of the glass calls: a strike on either counts as one of the same key.
 */
export function useKeypad(press: (key: PinKey) => void, confirm: () => void): (key: PinKey) => void {
  const counts = useStrikes('digit')
  const strike = useCallback(
    (key: PinKey) => {
      if (counts(key)) press(key)
    },
    [counts, press],
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = pinKeyOf(event)
      // Enter on a focused button presses that button.
      const confirms = event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)
      if (!key && !confirms) return
      event.preventDefault()
      // A key that is held down repeats by itself (EN 301 549, 5.7): it was struck once.
      if (event.repeat) return
      if (key) strike(key)
      else confirm()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [strike, confirm])
  return strike
}
