import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { CODE_ALPHABET, CODE_LENGTH, codeIn } from '../../contract/enrolment-code.ts'
import { Icon } from '../components/icon.tsx'
import { useStrikes } from '../components/press-guard.tsx'
import { TouchButton } from '../components/touch-button.tsx'
import { useText } from '../i18n/use-text.ts'

type CodePad = {
  mistyped: string
  onCode: (code: string) => void
  children: (parts: { pad: ReactNode; code: string | null; confirm: () => void }) => ReactNode
}

/** The keys of a code: its own symbols and no look-alikes. A mistyped one is told at once, and goes nowhere. */
export function CodePad({ mistyped, onCode, children }: CodePad) {
  const text = useText()
  const [typed, setTyped] = useState('')
  // Two keys may come before React has drawn the first, so keys do not act on the drawn text.
  const now = useRef('')
  const counts = useStrikes('digit')
  const code = codeIn(typed)
  const isWrong = typed.length === CODE_LENGTH && code === null

  const strike = useCallback(
    (key: string) => {
      if (!counts(key)) return
      now.current = key === 'delete' ? now.current.slice(0, -1) : `${now.current}${key}`.slice(0, CODE_LENGTH)
      setTyped(now.current)
    },
    [counts],
  )
  const confirm = useCallback(() => {
    const whole = codeIn(now.current)
    if (whole !== null) onCode(whole)
  }, [onCode])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return
      const confirms = event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)
      const key = event.key === 'Backspace' ? 'delete' : event.key.toUpperCase()
      if (!confirms && key !== 'delete' && !CODE_ALPHABET.includes(key)) return
      event.preventDefault()
      if (event.repeat) return
      if (confirms) confirm()
      else strike(key)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [confirm, strike])

  const pad = (
    <div className="code-pad">
      <div className={`code-typed ${isWrong ? 'wrong' : ''}`} role="status">
        {[0, 4, 8].map((from) => (
          <span key={from} className="code-group">
            {[0, 1, 2, 3].map((at) => (
              <span key={at} className={from + at === typed.length ? 'next' : ''}>
                {typed[from + at] ?? ''}
              </span>
            ))}
          </span>
        ))}
      </div>
      <p className="code-wrong">{isWrong ? mistyped : ''}</p>
      <div className="code-keys">
        {[...CODE_ALPHABET].map((symbol) => (
          <TouchButton key={symbol} className="key" digit onPress={() => strike(symbol)}>
            {symbol}
          </TouchButton>
        ))}
        <TouchButton className="key word" digit back onPress={() => strike('delete')} disabled={typed === ''}>
          <Icon name="backspace" />
          {text('pin.delete')}
        </TouchButton>
      </div>
    </div>
  )
  return children({ pad, code, confirm })
}
