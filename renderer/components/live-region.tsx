import { useEffect } from 'react'
import { create } from 'zustand'

const useSpoken = create<{ title: string }>()(() => ({ title: '' }))

/** Where a screen reader hears that the screen has changed: one element that stays, or nothing would be spoken. */
export function LiveRegion() {
  const title = useSpoken((spoken) => spoken.title)
  return (
    <p className="unseen" aria-live="polite">
      {title}
    </p>
  )
}

export function useAnnouncement(title: string): void {
  useEffect(() => useSpoken.setState({ title }), [title])
}
