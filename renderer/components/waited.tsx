import { useEffect, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Notice } from './facts.tsx'

/** Before this nobody wonders. */
const SHOWN_AFTER_S = 5

export interface Wait {
  /** How long it takes as a rule; after twice as long the screen says what happens then. */
  usualS: number
  longer?: 'wait.issuing' | 'wait.printing'
}

/** How long the totem has been at work on this screen. The first seconds of a wait need no clock. */
export function Waited(wait: Wait) {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const start = performance.now()
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - start) / 1000)), 1000)
    return () => clearInterval(timer)
  }, [])
  return <WaitedFor {...wait} seconds={seconds} />
}

/** The clock and its sentence after so many seconds; before, the place that they will take. */
export function WaitedFor({ usualS, longer, seconds }: Wait & { seconds: number }) {
  const text = useText()
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  return (
    <div className="waited">
      {seconds >= SHOWN_AFTER_S && (
        <p className="waited-clock" role="timer" aria-live="off">
          {text('wait.clock', { time })}
        </p>
      )}
      <div role="status">
        {seconds >= Math.max(SHOWN_AFTER_S, 2 * usualS) && (
          <Notice tone="info" icon="clock">
            {text(longer ?? 'wait.longer')}
          </Notice>
        )}
      </div>
    </div>
  )
}
