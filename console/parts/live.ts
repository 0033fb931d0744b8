import { useEffect } from 'react'
import { addressOf } from '../ask.ts'
import { queries } from '../queries.ts'

/** Looks again at requests when the gateway says that one has changed; what cannot be heard is looked at as every screen is. */
export function useLiveRequests(): void {
  useEffect(() => {
    const events = new EventSource(addressOf('bulkChanges', {}))
    events.onmessage = () => {
      for (const key of ['requests', 'request', 'rows']) void queries.invalidateQueries({ queryKey: [key] })
    }
    return () => events.close()
  }, [])
}
