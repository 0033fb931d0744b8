import { useSyncExternalStore } from 'react'
import { ago, exactly } from '../words.ts'

const EVERY_MS = 15_000
let now = Date.now()
const readers = new Set<() => void>()
setInterval(() => {
  now = Date.now()
  for (const each of readers) each()
}, EVERY_MS)
const subscribe = (reader: () => void) => {
  readers.add(reader)
  return () => void readers.delete(reader)
}
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)

/** A time as people read it; exact, in Rome and in UTC, for who points at it or reads by ear. */
export function Ago({ at }: { at: string | null }) {
  const current = useNow()
  if (at === null) return <span className="quiet">mai</span>
  return (
    <time dateTime={at} title={exactly(at)}>
      {ago(at, current)}
    </time>
  )
}
