import { type ReactNode, useCallback, useRef, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { DigitKeys, useKeypad } from './digit-keys.tsx'
import type { PinKey } from './pin-buffer.ts'

const CAN_DIGITS = 6

type CanPad = {
  onCan: (can: string) => void
  children: (parts: {
    pad: ReactNode
    main: { label: string; icon: 'check'; onPress: () => void; disabled: boolean }
  }) => ReactNode
}

/** The keypad for the number on the card. It is no secret: the screen shows it, to be compared with the card. */
export function CanPad({ onCan, children }: CanPad) {
  const text = useText()
  const [can, setCan] = useState('')
  // Two keys may come before React has drawn the first, so keys do not act on the drawn digits.
  const typed = useRef('')

  const press = useCallback((key: PinKey) => {
    const before = typed.current
    typed.current = key === 'clear' ? '' : key === 'delete' ? before.slice(0, -1) : (before + key).slice(0, CAN_DIGITS)
    setCan(typed.current)
  }, [])
  const confirm = useCallback(() => {
    if (typed.current.length === CAN_DIGITS) onCan(typed.current)
  }, [onCan])
  useKeypad(press, confirm)

  const pad = (
    <div className="pin">
      <div
        className="can-digits"
        role="status"
        aria-label={can ? text('can.typed', { digits: [...can].join(' ') }) : text('can.none')}
      >
        {Array.from({ length: CAN_DIGITS }, (_, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place is its index
          <span key={place} className={place < can.length ? 'typed' : ''}>
            {can[place]}
          </span>
        ))}
      </div>
      <DigitKeys label={text('can.pad')} empty={can === ''} press={press} />
    </div>
  )
  return children({
    pad,
    main: { label: text('can.confirm'), icon: 'check', onPress: confirm, disabled: can.length < CAN_DIGITS },
  })
}
