import { type ReactNode, useEffect, useState } from 'react'
import { Icon } from '../components/icon.tsx'

type PadKeys = {
  keys: readonly { code: string; label: string }[]
  children: (parts: { list: ReactNode; seen: readonly number[] }) => ReactNode
}

/** Each key of the pad lights up when the page has seen it. Here it does nothing else. */
export function PadKeys({ keys, children }: PadKeys) {
  const [seen, setSeen] = useState<readonly number[]>([])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const at = keys.findIndex(({ code }) => code === event.code)
      if (at < 0) return
      event.preventDefault()
      event.stopPropagation()
      setSeen((before) => (before.includes(at) ? before : [...before, at]))
    }
    // Before the pad's own listener, for which it would be a step.
    window.addEventListener('keydown', onKey, true)
    return () => window.removeEventListener('keydown', onKey, true)
  }, [keys])
  const list = (
    <ul className="pad-keys">
      {keys.map(({ code, label }, at) => (
        <li key={code} className={seen.includes(at) ? 'seen' : ''}>
          <span>{label}</span>
          {seen.includes(at) && <Icon name="check" />}
        </li>
      ))}
    </ul>
  )
  return children({ list, seen })
}
