import { hasArrived, isOnItsWay, type OwnLetter } from '../../../contract/letter.ts'
import type { Devices } from '../../devices/index.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Queue } from '../../queue/queue.ts'
import { holderReference, type OutcomeKeys, openOutcome } from '../../queue/sealing.ts'
import { lastLetters } from '../../sync/letter.ts'
import { createReading } from '../../visit/reading.ts'
import type { Left, Recognised, VisitId, Waiting } from '../../visit/services.ts'

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** Erases an outcome that its person has, whatever way it went. */
    delivered(visit: VisitId, operation: string): void
  }
}

export interface CollectOptions {
  devices: Pick<Devices, 'call'>
  queue: Queue
  journal: Journal
  keys: { outcome: OutcomeKeys; holder: Uint8Array }
  totem: string
  now(): Date
}

/**
 * Finds the certificates that wait on this totem for a person who asked for them in an earlier visit, and reads them as
 * one that comes within its visit. The gateway says in the outcome whom of the family each was asked about.
 */
export function createCollect({ devices, queue, journal, keys, totem, now }: CollectOptions) {
  const { wordsOf, concerns } = createReading({ devices, journal })
  /**
   * Printed operations that the disk did not let the queue mark. They are not offered again; erasing is tried again.
   */
  const printed = new Set<string>()
  function erase(operation: string): boolean {
    if (!queue.collected(operation).ok) return false
    printed.delete(operation)
    return true
  }
  function delivered({ session }: Pick<VisitId, 'session'>, operation: string) {
    printed.add(operation)
    if (erase(operation)) journal.record('request.collected', { session, operation })
  }
  return {
    async waitingFor({ session }: VisitId, holder: Recognised): Promise<Left> {
      const { codiceFiscale } = holder
      for (const operation of printed) erase(operation)
      const left: Left = { waiting: [], notices: [] }
      for (const { operation, outcome, requestedAt } of queue.waiting(holderReference(codiceFiscale, keys.holder))) {
        if (printed.has(operation)) continue
        const opened = await openOutcome(outcome, keys.outcome, operation, totem)
        // One unreadable outcome must not hide the others; it stays in the queue for the technician.
        if (!opened.ok) continue
        const { about, pdf } = opened.value
        // Null: the holder. An outcome of an earlier gateway does not say whom it is about, and may concern a relative.
        const who = about === undefined ? null : about === null ? holder : { ...about, codiceFiscale: null }
        if (who === null || concerns(await wordsOf(Buffer.from(pdf, 'base64')), who, { session, operation }))
          left.waiting.push({ outcome: opened.value, requestedAt })
        else left.notices.push({ operation, state: 'refused', requestedAt, reason: 'anpr-other-person' })
      }
      return left
    },

    /**
     * Of those, what is still to be offered when the gateway has said what became of mails: not what has arrived, which is
     * spent as a paper is, nor what may still arrive. What came back is offered again, and what the line cannot say too.
     */
    stillHere(visit: Pick<VisitId, 'session'>, waiting: readonly Waiting[], letters: readonly OwnLetter[]): Waiting[] {
      const of = lastLetters(letters, totem)
      return waiting.filter(({ outcome: { operation } }) => {
        const letter = of.get(operation)
        if (letter && hasArrived(letter)) delivered(visit, operation)
        return !letter || !(hasArrived(letter) || isOnItsWay(letter, now()))
      })
    },

    delivered,
  }
}
