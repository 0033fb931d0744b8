import { backoffMs } from '../../basics/backoff.ts'
import { HOUR_MS } from '../../basics/time.ts'
import { LONGEST_POLL_S, type OutcomePage } from '../../contract/gateway.ts'
import { openReceipt } from '../queue/sealing.ts'
import type { Deferral } from './deferral.ts'
import { breathe, type Lane, NEVER, type Rest } from './lane.ts'
import type { Settling } from './settling.ts'
import type { Sync } from './sync.ts'

export interface Inbox extends Lane {
  /** The line is down: nobody holds the poll open at its other end any more. */
  hangUp(): void
  /**
   * Queues requests again that the gateway has had for so long that it may have lost them: it takes an operation id
   * once.
   */
  resubmit(): void
}

// ANPR may be away for a day, and asking again costs the gateway a look-up. A gateway that has lost its database says
// so at once, by its cursor.
const OVERDUE_MS = 6 * HOUR_MS
// A few ms of commit.
const RESUBMIT_AT_ONCE = 100
// A gateway that was set up anew is believed; one that says so again and again is not.
const LOST_EVERY_MS = HOUR_MS

/** One long poll, held open while the gateway has something of this totem's that is not settled. */
export function createInbox(sync: Sync, { settling, deferral }: { settling: Settling; deferral: Deferral }): Inbox {
  const { queue, journal, client, clock } = sync
  const rest: Rest = { failures: 0, until: 0 }
  let poll = new AbortController()
  /** What proves to the gateway that the outcomes up to this cursor are here. */
  let receipt = { cursor: 0, token: '' }
  let lostAt = Number.NEGATIVE_INFINITY
  /** How many requests must still be queued again because the gateway lost them. */
  let perhapsLost = 0

  function failed(retryAfterMs: number | null): void {
    const waitMs = Math.min(backoffMs(++rest.failures, sync.random), sync.lineProbeMs)
    rest.until = clock() + (retryAfterMs ?? waitMs)
  }

  /** False when asking on at once would bring the same again. */
  async function taken({ outcomes, cursor, more }: OutcomePage, after: number): Promise<boolean> {
    const { stored, news, failed } = await settling.takeIn(outcomes, cursor)
    if (!stored || sync.stopping()) return false
    if (failed.length > 0) {
      journal.record('gateway.answer-malformed', { path: 'v1.outcomes', httpStatus: 200 })
      if (!queue.requeue(failed.map(({ operation }) => operation)).ok) return false
      deferral.putOff(failed)
    }
    if (cursor < after) lost()
    if (!more) settling.expectTheRest()
    return news > 0 || (cursor > after && outcomes.length > 0)
  }

  /**
   * A cursor goes back when a gateway was set up anew or from a copy: it may have lost requests that it had not
   * answered.
   */
  function lost(): void {
    if (clock() < lostAt + LOST_EVERY_MS) return
    lostAt = clock()
    perhapsLost = queue.depth().submitted
  }

  /** It counts once the page is stored: until then the totem asks from the cursor before. */
  async function keepReceipt({ cursor, receipt: sealed }: OutcomePage): Promise<void> {
    const token = sealed && (await openReceipt(sealed, sync.outcomeKeys, { totem: sync.totem, cursor }))
    if (token) receipt = { cursor, token }
  }

  return {
    hangUp: () => poll.abort(),
    resubmit() {
      const before = perhapsLost > 0 ? Number.MAX_SAFE_INTEGER : sync.now() - OVERDUE_MS
      const atOnce = Math.min(perhapsLost || RESUBMIT_AT_ONCE, RESUBMIT_AT_ONCE)
      // Oldest first, and counted: a request that is submitted anew stands behind them and is not asked for over and
      // over.
      const overdue = queue.overdue(before, atOnce).map(({ operation }) => operation)
      if (overdue.length === 0) perhapsLost = 0
      else if (queue.requeue(overdue).ok) {
        perhapsLost = Math.max(0, perhapsLost - overdue.length)
        for (const operation of overdue) journal.record('request.overdue', { operation })
      }
    },

    dueIn: () => (sync.line.up && settling.expecting ? Math.max(0, rest.until - clock()) : NEVER),

    async run() {
      const after = queue.cursor()
      const asked = clock()
      poll = new AbortController()
      const answer = await client.outcomes(
        after,
        LONGEST_POLL_S,
        receipt.cursor === after ? receipt.token : '',
        poll.signal,
      )
      if (sync.stopping()) return
      if (answer.ok) {
        sync.line.carried()
        const quiet = answer.value.outcomes.length === 0
        await keepReceipt(answer.value)
        const held = clock() - asked >= (1_000 * LONGEST_POLL_S) / 2
        // A gateway that answers at once with nothing would be asked all day, were it asked again at once.
        if (await taken(answer.value, after)) rest.failures = 0
        else if (quiet && held) rest.failures = 0
        else failed(null)
      } else if (answer.error.kind === 'line-down') {
        failed(null)
        if (answer.error.reason !== 'aborted') await sync.line.suspect(answer.error)
      } else {
        failed(answer.error.kind === 'gateway-unavailable' ? answer.error.retryAfterMs : null)
      }
      await breathe()
    },
  }
}
