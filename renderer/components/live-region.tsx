import { useEffect } from 'react'
import { create } from 'zustand'

const useSpoken = create<{ title: string }>()(() => ({ title: '' }))

/** Tells a screen reader that the screen has changed. The element must stay, or nothing would be spoken. */
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
