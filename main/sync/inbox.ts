import { LONGEST_POLL_S, type OutcomePage } from '../../contract/gateway.ts'
import type { Settlement } from '../queue/queue.ts'
import { openOutcome } from '../queue/sealing.ts'
import { isOwn, settlementOf } from './answer.ts'
import { backoffMs } from './backoff.ts'
import type { Failed } from './outbox.ts'
import { breathe, type Lane, NEVER, type Rest, type Sync } from './sync.ts'

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
const OVERDUE_MS = 6 * 3_600_000
// A few ms of commit.
const RESUBMIT_AT_ONCE = 100
// A gateway that was set up anew is believed; one that says so again and again is not.
const LOST_EVERY_MS = 3_600_000

/** One long poll, held open while the gateway has something of this totem's that is not settled. */
export function createInbox(sync: Sync, putOff: (failed: readonly Failed[]) => void): Inbox {
  const { queue, journal, client, clock } = sync
  const rest: Rest = { failures: 0, until: 0 }
  let expecting = queue.depth().submitted > 0
  let poll = new AbortController()
  let lostAt = Number.NEGATIVE_INFINITY
  /** All that the gateway had was queued again, up to here. */
  let resubmitting = false

  function failed(retryAfterMs: number | null): void {
    const waitMs = Math.min(backoffMs(++rest.failures, sync.random), sync.lineProbeMs)
    rest.until = clock() + (retryAfterMs ?? waitMs)
  }

  async function takeIn(settled: readonly Settled[], cursor: number | null) {
    const failed: Failed[] = []
    const items: { operation: string; settlement: Settlement }[] = []
    for (const each of settled) {
      const { operation } = each
      const asked = queue.get(operation)
      if (each.state === 'issued' && asked && asked.state !== 'issued' && asked.state !== 'collected') {
        const opened = await openOutcome(each.outcome, sync.outcomeKeys, operation, sync.totem)
        if (!opened.ok) {
          failed.push({ operation, reason: opened.error.kind, own: true })
          continue
        }
      }
      const settlement = settlementOf(each, asked?.requestedAt ?? null, sync)
      if (typeof settlement === 'string') failed.push({ operation, reason: settlement, own: isOwn(settlement) })
      else items.push({ operation, settlement })
    }
    if (sync.stopping()) return { stored: false, news: 0, failed: [] }
    if (items.length === 0 && cursor === null) return { stored: true, news: 0, failed }
    const told = queue.settle(items, sync.line.gatewayTime, cursor)
    if (!told.ok) return { stored: false, news: 0, failed: [] }
    let news = 0
    for (const [index, { operation, settlement }] of items.entries()) {
      const became = told.value[index]
      if (became === 'malformed') failed.push({ operation, reason: 'settlement-malformed', own: true })
      if (became === 'unknown') journal.record('gateway.answer-malformed', { path: 'v1.outcomes', httpStatus: 200 })
      if (became !== 'settled') continue
      news++
      if (settlement.state === 'issued') journal.record('request.issued', { operation })
      else journal.record('request.refused', { operation, reason: settlement.reason })
      sync.tell(operation)
    }
    return { stored: true, news, failed }
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
    resubmitting = true
  }

  return {
    takeIn,
    expect() {
      expecting = true
    },
    hangUp: () => poll.abort(),
    resubmit() {
      const before = resubmitting ? Number.MAX_SAFE_INTEGER : sync.now() - OVERDUE_MS
      const overdue = queue.overdue(before, RESUBMIT_AT_ONCE).map(({ operation }) => operation)
      if (overdue.length === 0) resubmitting = false
      else if (queue.requeue(overdue).ok)
        for (const operation of overdue) journal.record('request.overdue', { operation })
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
