import { backoffMs } from '../../basics/backoff.ts'
import type { Sync } from './sync.ts'

/** A request that did not get through. `own`: the reason lies in it, and not in the line, the gateway or ANPR. */
export type Failed = { operation: string; reason: string; own: boolean }

/** Puts off requests that fail, each for longer and longer. One that fails by its own fault is set aside. */
export interface Deferral {
  putOff(failed: readonly Failed[]): void
  /** The gateway took something: a failure after this is another one than before. */
  accepted(): void
  /** The disk did not take what became of a batch. All of it is still due: without a rest the loop would spin. */
  restOfDisk(): void
  /** How long the disk still rests, in ms. */
  readonly diskRestMs: number
}

/** How soon to look or ask again while a person stands there: they see it as at once. */
export const AWAITED_MS = 1_000
/**
 * A request alone may fail so often for reasons of its own, each time after others went through. With the back-off that
 * takes some minutes at least, on another day's gateway as well.
 */
const OWN_FAILURES = 6

export function createDeferral(sync: Sync): Deferral {
  const { queue, journal, clock } = sync
  let diskUntil = 0
  /**
   * `accepted` counts the batches of which the gateway took something. `suspects` has for each bad request how often it
   * failed, and after which batch it last did.
   */
  let accepted = 0
  const suspects = new Map<string, { failures: number; after: number }>()

  /** Only a request that fails while others go through is at fault: a gateway may fail them all. */
  function isPoison(operation: string): boolean {
    const suspect = suspects.get(operation) ?? { failures: 0, after: -1 }
    if (suspect.after === accepted) return false
    forgetEnded()
    suspects.set(operation, { failures: suspect.failures + 1, after: accepted })
    return suspect.failures + 1 >= OWN_FAILURES
  }

  /**
   * A request that was settled or has expired is no suspect any more. Two are looked at for each that is noted, in
   * turn: so at most about half of those kept are over, however many they were, and no look takes long.
   */
  function forgetEnded(): void {
    let looked = 0
    for (const [operation, suspect] of suspects) {
      if (looked++ === 2) return
      suspects.delete(operation)
      const state = queue.get(operation)?.state
      if (state === 'queued' || state === 'submitted') suspects.set(operation, suspect)
    }
  }

  function setAside(operation: string, reason: string): void {
    if (queue.setAside(operation, reason).ok) {
      suspects.delete(operation)
      journal.record('request.set-aside', { operation, reason })
      sync.tell(operation)
    } else restOfDisk()
  }

  function restOfDisk(): void {
    diskUntil = clock() + sync.lineProbeMs
  }

  return {
    putOff(failed) {
      const deferred: { operation: string; reason: string; until: number }[] = []
      for (const { operation, reason, own } of failed) {
        const found = queue.get(operation)
        if (found?.state !== 'queued') continue
        if (own && isPoison(operation)) {
          setAside(operation, reason)
          continue
        }
        const waitMs = backoffMs(found.attempts + 1, sync.random)
        const soonMs = sync.isAwaited(operation) && !own ? Math.min(waitMs, AWAITED_MS) : waitMs
        deferred.push({ operation, reason, until: sync.now() + soonMs })
      }
      if (deferred.length === 0) return
      if (queue.defer(deferred).ok) {
        for (const { operation, reason, until } of deferred)
          journal.record('request.deferred', { operation, reason, waitMs: Math.max(0, Math.round(until - sync.now())) })
      } else restOfDisk()
    },
    accepted() {
      accepted++
    },
    restOfDisk,
    get diskRestMs() {
      return Math.max(0, diskUntil - clock())
    },
  }
}
