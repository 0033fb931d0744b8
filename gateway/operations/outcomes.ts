import type { Clock } from '../../basics/time.ts'
import type { OutcomePage } from '../../contract/gateway.ts'
import { outcomesAfter } from '../store/outcomes.ts'
import type { Database } from '../store/schema.ts'
import type { Bell } from './bell.ts'

export interface Outcomes {
  /**
   * The outcomes of a totem after number `after`, waiting up to `waitS` for some. The page is empty when there are none
   * by then, when `gone` is aborted, or when the gateway stops.
   */
  page(totem: string, asked: { after: number; waitS: number }, gone: AbortSignal): Promise<OutcomePage>
  /** Answers every poll that is held. */
  stop(): void
}

/** A totem holds one poll. After a cut the gateway may hold two for a while, and a cloned totem has its own. */
const MOST_POLLS = 4

/** The long poll of /v1/outcomes. A held poll costs a timer and a listener, and nothing at the database. */
export function createOutcomes({ db, bell, now }: { db: Database; bell: Bell; now: Clock }): Outcomes {
  const stopping = new AbortController()
  /** How to end each held poll, by totem, oldest first. */
  const held = new Map<string, Set<() => void>>()
  function hold(totem: string, end: () => void): () => void {
    const own = held.get(totem) ?? new Set()
    held.set(totem, own.add(end))
    const [oldest] = own
    if (oldest && own.size > MOST_POLLS) {
      own.delete(oldest)
      oldest()
    }
    return () => {
      own.delete(end)
      if (own.size === 0 && held.get(totem) === own) held.delete(totem)
    }
  }

  return {
    async page(totem, { after, waitS }, gone) {
      const signal = AbortSignal.any([gone, stopping.signal])
      let end = () => {}
      const rung = new Promise<void>((resolve) => {
        end = resolve
      })
      // Listens before it looks, so that it misses nothing that is settled in between.
      const off = bell.on(totem, end)
      const letGo = hold(totem, end)
      const timer = setTimeout(end, waitS * 1_000)
      signal.addEventListener('abort', end)
      try {
        const page = await outcomesAfter(db, totem, after, now())
        if (page.outcomes.length > 0 || waitS === 0 || signal.aborted) return page
        await rung
        return signal.aborted ? page : await outcomesAfter(db, totem, page.cursor, now())
      } finally {
        off()
        letGo()
        signal.removeEventListener('abort', end)
        clearTimeout(timer)
      }
    },
    stop: () => stopping.abort(),
  }
}
