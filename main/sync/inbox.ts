import { backoffMs } from '../../basics/backoff.ts'
import { HOUR_MS } from '../../basics/time.ts'
import { LONGEST_POLL_S, type OutcomePage } from '../../contract/gateway.ts'
import type { Settlement } from '../queue/queue.ts'
import { openOutcome } from '../queue/sealing.ts'
import { isOwn, settlementOf } from './answer.ts'
import type { Failed } from './outbox.ts'
import { breathe, COMMIT_AT_ONCE, type Lane, NEVER, parts, type Rest, type Sync } from './sync.ts'

/**
 * A certificate or its refusal, as it came in an answer to a submission (`cursor` null) or on a page of outcomes. Opened
 * first: one that can't be opened must not take the place of the request.
 */
export type Settled = OutcomePage['outcomes'][number]

export interface Inbox extends Lane {
  /** Something was submitted: its outcome will come. */
  expect(): void
  /** The line is down: whoever held the poll open is not there any more. */
  hangUp(): void
  /** `stored` false: the disk did not take it, and the cursor stands where it was. */
  takeIn(
    settled: readonly Settled[],
    cursor: number | null,
  ): Promise<{ stored: boolean; news: number; failed: Failed[] }>
  /** What the gateway has had for so long that it may have lost it is sent again: it takes an operation id once. */
  resubmit(): void
}

// ANPR may be away for a day, and asking again costs the gateway a look-up; a gateway that has lost its database says so by
// its cursor, at once.
const OVERDUE_MS = 6 * HOUR_MS
// A few ms of commit.
const RESUBMIT_AT_ONCE = 100
// A gateway that was set up anew is believed; one that says so again and again is not.
const LOST_EVERY_MS = HOUR_MS

/** One long poll, held open while the gateway has something of this totem's that is not settled. */
export function createInbox(sync: Sync, putOff: (failed: readonly Failed[]) => void): Inbox {
  const { queue, journal, client, clock } = sync
  const rest: Rest = { failures: 0, until: 0 }
  let expecting = queue.depth().submitted > 0
  let poll = new AbortController()
  let lostAt = Number.NEGATIVE_INFINITY
  /** Of what a gateway had that has lost some: how many are still to be queued again. */
  let perhapsLost = 0

  function failed(retryAfterMs: number | null): void {
    const waitMs = Math.min(backoffMs(++rest.failures, sync.random), sync.lineProbeMs)
    rest.until = clock() + (retryAfterMs ?? waitMs)
  }

  async function takeIn(settled: readonly Settled[], cursor: number | null) {
    const failed: Failed[] = []
    let news = 0
    // The cursor goes with the last ones: a cut before that brings the page again, and what is known then stays as it is.
    for (const part of settled.length > 0 ? parts(settled, COMMIT_AT_ONCE) : [[]]) {
      const last = part.at(-1) === settled.at(-1)
      const items = (await Promise.all(part.map((each) => opened(each, failed)))).flat()
      if (sync.stopping()) return { stored: false, news, failed: [] }
      const upTo = last && cursor !== queue.cursor() ? cursor : null
      if (items.length === 0 && upTo === null) continue
      const told = queue.settle(items, sync.line.gatewayTime, upTo)
      if (!told.ok) return { stored: false, news, failed: [] }
      for (const [index, item] of items.entries()) news += noted(item, told.value[index], failed) ? 1 : 0
      await breathe()
    }
    return { stored: !sync.stopping(), news, failed }
  }

  async function opened(outcome: Settled, failed: Failed[]): Promise<{ operation: string; settlement: Settlement }[]> {
    const { operation, state } = outcome
    if (state === 'issued') {
      const content = await openOutcome(outcome.outcome, sync.outcomeKeys, operation, sync.totem)
      if (!content.ok && isOurs(operation)) failed.push({ operation, reason: content.error.kind, own: true })
      if (!content.ok) return []
    }
    const requestedAt = state === 'refused' ? (queue.get(operation)?.requestedAt ?? null) : null
    const settlement = settlementOf(outcome, requestedAt, sync)
    if (typeof settlement === 'string') failed.push({ operation, reason: settlement, own: isOwn(settlement) })
    return typeof settlement === 'string' ? [] : [{ operation, settlement }]
  }

  /** One of ours that has no answer yet; what can't be opened of all others need not be. */
  const isOurs = (operation: string) => {
    const state = queue.get(operation)?.state
    return state === 'queued' || state === 'submitted' || state === 'aside'
  }

  /** True: this is new, and whoever waits for it is told. */
  function noted(
    { operation, settlement }: { operation: string; settlement: Settlement },
    became: 'settled' | 'known' | 'malformed' | 'unknown' | undefined,
    failed: Failed[],
  ): boolean {
    if (became === 'malformed') failed.push({ operation, reason: 'settlement-malformed', own: true })
    if (became === 'unknown') journal.record('gateway.answer-malformed', { path: 'v1.outcomes', httpStatus: 200 })
    if (became !== 'settled') return false
    if (settlement.state === 'issued') journal.record('request.issued', { operation })
    else journal.record('request.refused', { operation, reason: settlement.reason })
    sync.tell(operation)
    return true
  }

  /** False: asking on at once would bring the same again. */
  async function taken({ outcomes, cursor, more }: OutcomePage, after: number): Promise<boolean> {
    const { stored, news, failed } = await takeIn(outcomes, cursor)
    if (!stored || sync.stopping()) return false
    if (failed.length > 0) {
      journal.record('gateway.answer-malformed', { path: 'v1.outcomes', httpStatus: 200 })
      if (!queue.requeue(failed.map(({ operation }) => operation)).ok) return false
      putOff(failed)
    }
    if (cursor < after) lost()
    if (!more) expecting = queue.depth().submitted > 0
    return news > 0 || (cursor > after && outcomes.length > 0)
  }

  /** A cursor that went back is a gateway that was set up anew or from a copy: what it had not answered it may not have. */
  function lost(): void {
    if (clock() < lostAt + LOST_EVERY_MS) return
    lostAt = clock()
    perhapsLost = queue.depth().submitted
  }

  return {
    takeIn,
    expect() {
      expecting = true
    },
    hangUp: () => poll.abort(),
    resubmit() {
      const before = perhapsLost > 0 ? Number.MAX_SAFE_INTEGER : sync.now() - OVERDUE_MS
      const atOnce = Math.min(perhapsLost || RESUBMIT_AT_ONCE, RESUBMIT_AT_ONCE)
      // Oldest first, and counted: what is submitted anew stands behind them and is not asked for over and over.
      const overdue = queue.overdue(before, atOnce).map(({ operation }) => operation)
      if (overdue.length === 0) perhapsLost = 0
      else if (queue.requeue(overdue).ok) {
        perhapsLost = Math.max(0, perhapsLost - overdue.length)
        for (const operation of overdue) journal.record('request.overdue', { operation })
      }
    },

    dueIn: () => (sync.line.up && expecting ? Math.max(0, rest.until - clock()) : NEVER),

    async run() {
      const after = queue.cursor()
      const asked = clock()
      poll = new AbortController()
      const answer = await client.outcomes(after, LONGEST_POLL_S, poll.signal)
      if (sync.stopping()) return
      if (answer.ok) {
        sync.line.carried()
        const quiet = answer.value.outcomes.length === 0
        const held = clock() - asked >= (1_000 * LONGEST_POLL_S) / 2
        // Answered at once with nothing: asked again at once it would do nothing else all day.
        if (await taken(answer.value, after)) rest.failures = 0
        else if (quiet && held) rest.failures = 0
        else failed(null)
      } else if (answer.error.kind === 'line-down') {
        failed(null)
        if (answer.error.reason !== 'aborted') await sync.line.suspect()
      } else {
        failed(answer.error.kind === 'gateway-unavailable' ? answer.error.retryAfterMs : null)
      }
      await breathe()
    },
  }
}
