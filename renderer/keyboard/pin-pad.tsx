import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { Icon } from '../components/icon.tsx'
import { TouchButton } from '../components/touch-button.tsx'
import { useText } from '../i18n/use-text.ts'
import { emptyPin, PIN_MAX, PIN_MIN, type PinKey, pinKeyOf, pressPinKey, takePin } from './pin-buffer.ts'

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

type PinPad = {
  /** Gets 5 to 8 ASCII digits and must overwrite them. */
  onPin: (pin: Uint8Array) => void
  children: (parts: {
    pad: ReactNode
    main: { label: string; icon: 'check'; onPress: () => void; disabled: boolean }
  }) => ReactNode
}

/**
 * Keypad on the glass, and any numeric keypad of the totem. The digits live in one buffer outside React; state, page
 * and accessibility tree hold only how many there are (invariant 3).
 */
export function PinPad({ onPin, children }: PinPad) {
  const text = useText()
  const digits = useRef<Uint8Array>(null)
  digits.current ??= emptyPin()
  const buffer = digits.current
  const [count, setCount] = useState(0)
  // Two keys may come before React has drawn the first: the count that keys act on can't be the drawn one.
  const typed = useRef(0)

  const press = useCallback(
    (key: PinKey) => {
      typed.current = pressPinKey(buffer, typed.current, key)
      setCount(typed.current)
    },
    [buffer],
  )
  const confirm = useCallback(() => {
    const pin = takePin(buffer, typed.current)
    if (!pin) return
    typed.current = 0
    setCount(0)
    onPin(pin)
  }, [buffer, onPin])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = pinKeyOf(event.key)
      // Enter on a focused button is that button's own press.
      const confirms = event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)
      if (!key && !confirms) return
      event.preventDefault()
      if (key) press(key)
      else confirm()
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
      buffer.fill(0)
    }
  }, [buffer, press, confirm])

  const pad = (
    <div className="pin">
      <div className="pin-dots" role="status" aria-label={text('pin.count', { count })}>
        {Array.from({ length: PIN_MAX }, (_, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place is its index
          <span key={place} className={place < count ? 'typed' : place < PIN_MIN ? 'needed' : 'free'} />
        ))}
      </div>
      <p className="pin-length">{text('pin.length')}</p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is a part of a form, and there is no form */}
      <div className="pin-keys" role="group" aria-label={text('pin.pad')}>
        {DIGITS.map((digit) => (
          <TouchButton key={digit} className="key" onPress={() => press(digit)}>
            {digit}
          </TouchButton>
        ))}
        <TouchButton className="key word" onPress={() => press('clear')} disabled={count === 0}>
          {text('pin.clear')}
        </TouchButton>
        <TouchButton className="key" onPress={() => press('0')}>
          0
        </TouchButton>
        <TouchButton className="key word" onPress={() => press('delete')} disabled={count === 0}>
          <Icon name="backspace" />
          {text('pin.delete')}
        </TouchButton>
      </div>
    </div>
  )
  return children({
    pad,
    main: { label: text('pin.confirm'), icon: 'check', onPress: confirm, disabled: count < PIN_MIN },
  })
}
