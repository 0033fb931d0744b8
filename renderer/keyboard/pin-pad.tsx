import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { tellSpeech } from '../bridge.ts'
import { useText } from '../i18n/use-text.ts'
import { DigitKeys, useKeypad } from './digit-keys.tsx'
import { emptyPin, PIN_MAX, type PinKey, pinMin, pressPinKey, takePin } from './pin-buffer.ts'

type PinPad = {
  card: 'cns' | 'cie'
  /** Gets the ASCII digits, as many as this card takes, and must overwrite them. */
  onPin: (pin: Uint8Array) => void
  children: (parts: {
    pad: ReactNode
    main: { label: string; icon: 'check'; onPress: () => void; disabled: boolean }
  }) => ReactNode
}

/**
 * The keypad on the glass, and any numeric keypad of the totem. SECURITY: the digits live in one buffer outside React;
 * state, page and accessibility tree hold only how many there are (invariant 3).
 */
export function PinPad({ card, onPin, children }: PinPad) {
  const text = useText()
  const digits = useRef<Uint8Array>(null)
  digits.current ??= emptyPin()
  const buffer = digits.current
  const [count, setCount] = useState(0)
  // Two keys may come before React has drawn the first, so keys do not act on the drawn count.
  const typed = useRef(0)
  const least = pinMin(card)

  const press = useCallback(
    (key: PinKey) => {
      const before = typed.current
      typed.current = pressPinKey(buffer, before, key)
      if (typed.current > before) tellSpeech({ about: 'digit' })
      setCount(typed.current)
    },
    [buffer],
  )
  const confirm = useCallback(() => {
    const pin = takePin(buffer, typed.current, least)
    if (!pin) return
    typed.current = 0
    setCount(0)
    onPin(pin)
  }, [buffer, least, onPin])
  const strike = useKeypad(press, confirm)
  useEffect(() => () => void buffer.fill(0), [buffer])

  const pad = (
    <div className="pin">
      <p className="unseen" role="status">
        {text('pin.count', { count })}
      </p>
      <div className={`pin-dots ${card}`} aria-hidden="true">
        {Array.from({ length: PIN_MAX }, (_, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place is its index
          <span key={place} className={place < count ? 'typed' : place < least ? 'needed' : 'free'} />
        ))}
      </div>
      <p className="pin-length">{text(card === 'cie' ? 'pin.length.cie' : 'pin.length')}</p>
      <DigitKeys label={text('pin.pad')} empty={count === 0} press={strike} />
    </div>
  )
  return children({
    pad,
    main: { label: text('pin.confirm'), icon: 'check', onPress: confirm, disabled: count < least },
  })
}
