import { useEffect, useState } from 'react'

const leftUntil = (until: string, mostMs: number) =>
  Math.ceil(Math.min(mostMs, Math.max(0, Date.parse(until) - Date.now())) / 1000)

/**
 * Minutes and seconds until an instant, `mostMs` at most, whatever the machine's clock does meanwhile. Nobody hears each second: the screen says how long in words.
 */
export function Clock({ until, mostMs, label }: { until: string; mostMs: number; label: (left: string) => string }) {
  const [left, setLeft] = useState(() => leftUntil(until, mostMs))
  useEffect(() => {
    const timer = setInterval(() => setLeft(leftUntil(until, mostMs)), 500)
    return () => clearInterval(timer)
  }, [until, mostMs])
  const shown = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  return (
    <p className="large-line" role="timer" aria-live="off">
      {label(shown)}
    </p>
  )
}
