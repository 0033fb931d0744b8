import type { Queue } from '../../queue/queue.ts'
import { holderReference } from '../../queue/sealing.ts'
import type { Entered, Notice } from '../../visit/services.ts'

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** Records that the screen has shown these notices to the holder. */
    noticed(entered: Entered): void
  }
}

export interface NoticesOptions {
  queue: Queue
  keys: { holder: Uint8Array }
}

/** The screen has room for two; the holder sees the others at the next visit. */
const NOTICES = 2

/** The gateway's refusals of a request that came too late: no ufficio anagrafe knows of it. */
const TOO_LATE = new Set<string>(['evidence-late', 'request-expired', 'request-outdated'])

/** Requests of earlier visits: those on their way, and those that failed. Their holder hears of each failure once. */
export const createNotices = ({ queue, keys }: NoticesOptions) => ({
  noticesFor: (codiceFiscale: string): Notice[] =>
    queue
      .untold(holderReference(codiceFiscale, keys.holder))
      .slice(0, NOTICES)
      .map((untold) => {
        const { operation, requestedAt } = untold
        const reason = 'reason' in untold ? untold.reason : null
        const state = reason !== null && TOO_LATE.has(reason) ? 'expired' : untold.state
        return { operation, state, requestedAt, reason }
      }),

  pendingFor: (codiceFiscale: string): number => queue.pending(holderReference(codiceFiscale, keys.holder)),

  noticed({ notices }: Entered) {
    // If the disk does not take it, the holder hears of it once more.
    for (const { operation } of notices) queue.told(operation)
  },
})
