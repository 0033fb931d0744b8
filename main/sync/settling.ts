import type { OutcomePage } from '../../contract/gateway.ts'
import { anprIn } from '../../contract/journal-events.ts'
import type { Settlement } from '../queue/queue.ts'
import { openOutcome } from '../queue/sealing.ts'
import { isOwn, settlementOf } from './answer.ts'
import type { Failed } from './deferral.ts'
import { breathe, COMMIT_AT_ONCE, parts } from './lane.ts'
import type { Sync } from './sync.ts'

/** A certificate or its refusal, as it comes in an answer to a submission or on a page of outcomes. */
export type Settled = OutcomePage['outcomes'][number]

/** Writes down what became of requests, whichever way the gateway says it. */
export interface Settling {
  /**
   * Opens and writes what was settled. `cursor` is that of the page, and null for the answer to a submission. `stored`
   * is false when the disk did not take it; the cursor then stands where it was. `news` counts what was not known
   * before.
   */
  takeIn(
    settled: readonly Settled[],
    cursor: number | null,
  ): Promise<{ stored: boolean; news: number; failed: Failed[] }>
  /** The gateway has something of this totem's that is not settled: its outcome will come. */
  readonly expecting: boolean
  /** Something was submitted. */
  expect(): void
  /** The gateway had no more to say: outcomes will come for as long as something stays submitted. */
  expectTheRest(): void
}

export function createSettling(sync: Sync): Settling {
  const { queue, journal } = sync
  let expecting = queue.depth().submitted > 0

  /** Opened before it is written: an outcome that cannot be opened must not take the place of its request. */
  async function opened(outcome: Settled, failed: Failed[]): Promise<{ operation: string; settlement: Settlement }[]> {
    const { operation, state } = outcome
    if (state === 'issued') {
      const content = await openOutcome(outcome.outcome, sync.outcomeKeys, operation, sync.totem)
      if (!content.ok && isUnanswered(operation)) failed.push({ operation, reason: content.error.kind, own: true })
      if (!content.ok) return []
    }
    const requestedAt = state === 'refused' ? (queue.get(operation)?.requestedAt ?? null) : null
    const settlement = settlementOf(outcome, requestedAt, sync)
    if (typeof settlement === 'string') failed.push({ operation, reason: settlement, own: isOwn(settlement) })
    return typeof settlement === 'string' ? [] : [{ operation, settlement }]
  }

  /** A request of this totem that has no answer yet. An outcome of any other need not open. */
  const isUnanswered = (operation: string) => {
    const state = queue.get(operation)?.state
    return state === 'queued' || state === 'submitted' || state === 'aside'
  }

  /** Records what became of one; true when it is new, and then everybody who waits for it is told. */
  function isNews(
    { operation, settlement }: { operation: string; settlement: Settlement },
    became: 'settled' | 'known' | 'malformed' | 'unknown' | undefined,
    failed: Failed[],
  ): boolean {
    if (became === 'malformed') failed.push({ operation, reason: 'settlement-malformed', own: true })
    if (became === 'unknown') journal.record('gateway.answer-malformed', { path: 'v1.outcomes', httpStatus: 200 })
    if (became !== 'settled') return false
    if (settlement.state === 'issued') journal.record('request.issued', { operation })
    else journal.record('request.refused', { operation, reason: settlement.reason, ...anprIn(settlement.anpr) })
    sync.tell(operation)
    return true
  }

  return {
    async takeIn(settled, cursor) {
      const failed: Failed[] = []
      let news = 0
      // The cursor goes with the last part: a cut before that brings the page again, and what is known by then stays as
      // it is.
      for (const part of settled.length > 0 ? parts(settled, COMMIT_AT_ONCE) : [[]]) {
        const last = part.at(-1) === settled.at(-1)
        const items = (await Promise.all(part.map((each) => opened(each, failed)))).flat()
        if (sync.stopping()) return { stored: false, news, failed: [] }
        const upTo = last && cursor !== queue.cursor() ? cursor : null
        if (items.length === 0 && upTo === null) continue
        const became = queue.settle(items, sync.line.gatewayTime, upTo)
        if (!became.ok) return { stored: false, news, failed: [] }
        for (const [index, item] of items.entries()) news += isNews(item, became.value[index], failed) ? 1 : 0
        await breathe()
      }
      return { stored: !sync.stopping(), news, failed }
    },
    get expecting() {
      return expecting
    },
    expect() {
      expecting = true
    },
    expectTheRest() {
      expecting = queue.depth().submitted > 0
    },
  }
}
