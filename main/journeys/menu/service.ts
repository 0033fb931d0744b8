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

/** Requests of earlier visits: those on their way, and those that failed. Their holder hears of each failure once. */
export const createNotices = ({ queue, keys }: NoticesOptions) => ({
  noticesFor: (codiceFiscale: string): Notice[] =>
    queue
      .untold(holderReference(codiceFiscale, keys.holder))
      .slice(0, NOTICES)
      .map((untold) => {
        const { operation, state, requestedAt } = untold
        return { operation, state, requestedAt, reason: 'reason' in untold ? untold.reason : null }
      }),

  pendingFor: (codiceFiscale: string): number => queue.pending(holderReference(codiceFiscale, keys.holder)),

  noticed({ notices }: Entered) {
    // If the disk does not take it, the holder hears of it once more.
    for (const { operation } of notices) queue.told(operation)
  },
})
