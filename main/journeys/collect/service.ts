import type { Journal } from '../../journal/journal.ts'
import type { Queue } from '../../queue/queue.ts'
import { holderReference, type OutcomeKeys, openOutcome } from '../../queue/sealing.ts'
import type { VisitId, Waiting } from '../../visit/services.ts'

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** Erases an outcome whose paper is out. */
    delivered(visit: VisitId, operation: string): void
  }
}

export interface CollectOptions {
  queue: Queue
  journal: Journal
  keys: { outcome: OutcomeKeys; holder: Uint8Array }
  totem: string
}

/** Finds the certificates that wait on this totem for a person who asked for them in an earlier visit. */
export function createCollect({ queue, journal, keys, totem }: CollectOptions) {
  /**
   * Printed operations that the disk did not let the queue mark. They are not offered again; erasing is tried again.
   */
  const printed = new Set<string>()
  function erase(operation: string): boolean {
    if (!queue.collected(operation).ok) return false
    printed.delete(operation)
    return true
  }
  return {
    async waitingFor(codiceFiscale: string): Promise<Waiting[]> {
      for (const operation of printed) erase(operation)
      const waiting: Waiting[] = []
      for (const { operation, outcome, requestedAt } of queue.waiting(holderReference(codiceFiscale, keys.holder))) {
        if (printed.has(operation)) continue
        const opened = await openOutcome(outcome, keys.outcome, operation, totem)
        // One unreadable outcome must not hide the others; it stays in the queue for the technician.
        if (opened.ok) waiting.push({ outcome: opened.value, requestedAt })
      }
      return waiting
    },

    delivered({ session }: VisitId, operation: string) {
      printed.add(operation)
      if (erase(operation)) journal.record('request.collected', { session, operation })
    },
  }
}
