import { useEffect, useState } from 'react'

const leftUntil = (until: string) => Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000))

/** Minutes and seconds until an instant. Nobody hears each second: the screen says how long in words. */
export function Clock({ until, label }: { until: string; label: (left: string) => string }) {
  const [left, setLeft] = useState(() => leftUntil(until))
  useEffect(() => {
    const timer = setInterval(() => setLeft(leftUntil(until)), 500)
    return () => clearInterval(timer)
  }, [until])
  const shown = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  return (
    <p className="large-line" role="timer" aria-live="off">
      {label(shown)}
    </p>
  )
}
