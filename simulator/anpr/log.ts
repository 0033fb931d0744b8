import type { Cause } from './causes.ts'

/**
 * The simulator's own log: the only place where the true reason of a refusal stands. Outside there is one sentence for
 * all of them, as at the Ministry's gate and at PDND's token server.
 */
export interface Entry {
  at: string
  where: 'token' | 'gate'
  /** `warned`: something that the real server lets pass, as far as is known. */
  outcome: 'accepted' | 'refused' | 'warned'
  cause: Cause
  text: string
  /** The path's e-service; the correlationId or GovWay-Transaction-ID. */
  service: string
  id: string
}

/** Why something is refused or warned of. The text names rules and claims, never what a claim holds of a person. */
export interface Finding {
  cause: Cause
  text: string
}
export const finding = (cause: Cause, text: string): Finding => ({ cause, text })

/** Entries that are kept; a fleet makes hundreds of thousands. */
const KEPT = 5_000

export interface Log {
  write(entry: Entry): void
  entries(): readonly Entry[]
}

/** `sink` has every entry as it comes. */
export function createLog(sink: (entry: Entry) => void = () => undefined): Log {
  let entries: Entry[] = []
  return {
    write(entry) {
      entries.push(entry)
      if (entries.length > 2 * KEPT) entries = entries.slice(-KEPT)
      sink(entry)
    },
    entries: () => entries,
  }
}
