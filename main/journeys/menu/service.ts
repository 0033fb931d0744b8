import type { Queue } from '../../queue/queue.ts'
import { holderReference } from '../../queue/sealing.ts'
import type { Entered, Notice } from '../../visit/services.ts'

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** The holder has been shown what became of these. */
    noticed(entered: Entered): void
  }
}

export interface NoticesOptions {
  queue: Queue
  keys: { holder: Uint8Array }
}

/** As many as the screen has room for; the others are told at the next visit. */
const NOTICES = 2

/** Requests of earlier visits that nothing came of: told to their holder once. */
export const createNotices = ({ queue, keys }: NoticesOptions) => ({
  noticesFor: (codiceFiscale: string): Notice[] =>
    queue
      .untold(holderReference(codiceFiscale, keys.holder))
      .slice(0, NOTICES)
      .map((untold) => {
        const { operation, state, requestedAt } = untold
        return { operation, state, requestedAt, reason: 'reason' in untold ? untold.reason : null }
      }),

  noticed({ notices }: Entered) {
    // A disk that does not take it has it told once more.
    for (const { operation } of notices) queue.told(operation)
  },
})
