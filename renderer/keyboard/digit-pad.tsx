import { Fragment, type ReactNode, useCallback, useRef, useState } from 'react'
import { DigitKeys, useKeypad } from './digit-keys.tsx'
import type { PinKey } from './pin-buffer.ts'

type DigitPad = {
  /** How many digits stand together, group by group, as where the person reads them. */
  groups: readonly number[]
  /** `typed` is spoken after each key; `pad` names the keys. */
  words: { typed: (digits: string) => string; none: string; pad: string; confirm: string }
  onDigits: (digits: string) => void
  children: (parts: {
    pad: ReactNode
    main: { label: string; icon: 'check'; onPress: () => void; disabled: boolean }
  }) => ReactNode
}

/** The keypad for a number that is no secret: the screen shows it, to be compared with where the person reads it. */
export function DigitPad({ groups, words, onDigits, children }: DigitPad) {
  const places = groups.reduce((sum, group) => sum + group, 0)
  const [digits, setDigits] = useState('')
  // Two keys may come before React has drawn the first, so keys do not act on the drawn digits.
  const typed = useRef('')

  const press = useCallback(
    (key: PinKey) => {
      const before = typed.current
      typed.current = key === 'clear' ? '' : key === 'delete' ? before.slice(0, -1) : (before + key).slice(0, places)
      setDigits(typed.current)
    },
    [places],
  )
  const confirm = useCallback(() => {
    if (typed.current.length !== places) return
    onDigits(typed.current)
    // A wrong number is typed anew on the same screen.
    typed.current = ''
    setDigits('')
  }, [onDigits, places])
  const strike = useKeypad(press, confirm)

  const ends = groups.map((_, index) => groups.slice(0, index + 1).reduce((sum, group) => sum + group, 0))
  const pad = (
    <div className="pin">
      <p className="unseen" role="status">
        {digits ? words.typed([...digits].join(' ')) : words.none}
      </p>
      <div className={`typed-digits${places > 8 ? ' many' : ''}`} aria-hidden="true">
        {Array.from({ length: places }, (_, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place is its index
          <Fragment key={place}>
            <span className={place < digits.length ? 'typed' : ''}>{digits[place]}</span>
            {ends.includes(place + 1) && place + 1 < places && <i />}
          </Fragment>
        ))}
      </div>
      <DigitKeys label={words.pad} empty={digits === ''} press={strike} />
    </div>
  )
  return children({
    pad,
    main: { label: words.confirm, icon: 'check', onPress: confirm, disabled: digits.length < places },
  })
}
