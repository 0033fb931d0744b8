import { backoffMs } from '../../basics/backoff.ts'
import { MINUTE_MS } from '../../basics/time.ts'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import type { Sheets } from '../readiness/sheet.ts'
import type { GatewayClient, GatewayFailure } from './client.ts'
import { type Lane, NEVER, type Rest } from './lane.ts'
import type { Outbox } from './outbox.ts'
import type { Sync } from './sync.ts'

const JOURNAL_BATCH = 500
/** Entries of a few KB: half a minute of the worst line there is. */
const LEAST_BATCH = 30
const HEARTBEAT_MS = MINUTE_MS
/** A paper that runs out is told at once; a device that flaps is told twelve times a minute at most. */
const CHANGE_MS = 5_000

/**
 * Time until the next turn of what operators are told, every `everyMs`. Citizens' requests go first and get a minute
 * more for themselves. A month of them must not keep the reports back for ever, nor must a line that is gone before
 * each minute is over. So the times, `lastAt` too, are the line's (`upMs`).
 */
function untilTurn({ line }: Sync, outbox: Outbox, lastAt: number, everyMs: number): number {
  if (!line.up || outbox.hurried()) return NEVER
  const turn = Math.max(lastAt + everyMs, 0) + (outbox.busy() ? HEARTBEAT_MS : 0)
  return Math.max(turn - line.upMs, line.stayAwayMs, 0)
}

/** Sends the sync log. */
export function createJournalLane(sync: Sync, outbox: Outbox): Lane {
  const { journal, client, clock } = sync
  const rest: Rest = { failures: 0, until: 0 }
  let more = false
  // On a line of half a KB a second 40 KB would never get through: the gateway waits a minute or so for a body.
  let size = JOURNAL_BATCH
  let lastAt = Number.NEGATIVE_INFINITY

  return {
    dueIn() {
      const everyMs = more && !outbox.busy() ? 0 : sync.lineProbeMs
      return Math.max(rest.until - clock(), untilTurn(sync, outbox, lastAt, everyMs))
    },
    async run() {
      lastAt = sync.line.upMs
      more = false
      const batch = journal.unsent(size)
      const [first, last] = [batch?.entries[0], batch?.entries.at(-1)]
      if (!batch || !first || !last) return
      const answer = await client.sendJournal(batch)
      const anchor = answer.ok ? answer.value.anchor : null
      const isSigned = anchor !== null && (await sync.isSigned(anchor))
      if (sync.stopping()) return
      const upTo = answer.ok ? answer.value.upTo : null
      const believable = upTo !== null && upTo <= last.seq
      if (believable && answer.ok) journal.acknowledged(batch, answer.value, isSigned)
      else if (upTo !== null) journal.record('gateway.answer-malformed', { path: 'v1.journal', httpStatus: 200 })
      const advanced = believable && upTo >= first.seq
      if (advanced) {
        sync.line.carried()
        rest.failures = 0
        more = batch.entries.length === size || upTo < last.seq
        size = Math.min(JOURNAL_BATCH, 2 * size)
        return
      }
      if (!answer.ok && wasCut(answer.error)) size = Math.max(LEAST_BATCH, size >> 1)
      const asked = !answer.ok && answer.error.kind === 'gateway-unavailable' ? answer.error.retryAfterMs : null
      if (asked !== null) sync.line.stayAwayFor(asked)
      else rest.until = clock() + backoffMs(++rest.failures, sync.random)
      if (!answer.ok && answer.error.kind === 'line-down') await sync.line.suspect(answer.error)
    },
  }
}

/** The batch was cut on its way, or the gateway gave it up (408) because it took too long. */
const wasCut = (failure: GatewayFailure): boolean =>
  failure.kind === 'line-down' || (failure.kind === 'gateway-unavailable' && failure.httpStatus === 408)

/**
 * Sends the state of the totem once a minute, and soon after `standing` has changed; a heartbeat that does not arrive is not
 * worth sending again.
 */
export function createHeartbeatLane(
  sync: Sync,
  outbox: Outbox,
  health: () => Heartbeat,
  standing: () => string = () => '',
): Lane {
  let lastAt = Number.NEGATIVE_INFINITY
  let told = ''
  return {
    dueIn: () => untilTurn(sync, outbox, lastAt, standing() === told ? HEARTBEAT_MS : CHANGE_MS),
    async run() {
      lastAt = sync.line.upMs
      told = standing()
      const answer = await sync.client.heartbeat(health())
      if (sync.stopping()) return
      if (answer.ok) {
        sync.line.noteGatewayTime(answer.value.at)
        sync.line.carried()
      } else if (answer.error.kind === 'line-down') {
        await sync.line.suspect(answer.error)
      } else if (answer.error.kind === 'gateway-unavailable' && answer.error.retryAfterMs !== null) {
        sync.line.stayAwayFor(answer.error.retryAfterMs)
      } else {
        // An older gateway, say, may not take the heartbeat. It still tells the time, by which outcomes are kept.
        await sync.line.run()
      }
    },
  }
}

/** Sends the newest readiness report soon after it was made, and until the gateway has it. */
export function createSheetLane(
  sync: Sync,
  outbox: Outbox,
  sheets: Sheets,
  send: GatewayClient['sendReadiness'],
): Lane {
  const rest: Rest = { failures: 0, until: 0 }
  let lastAt = Number.NEGATIVE_INFINITY
  return {
    dueIn: () =>
      sheets.waits() ? Math.max(rest.until - sync.clock(), untilTurn(sync, outbox, lastAt, CHANGE_MS)) : NEVER,
    async run() {
      lastAt = sync.line.upMs
      const sheet = await sheets.newest()
      const answer = sheet && (await send(sheet))
      if (sync.stopping()) return
      // What cannot be read here, or is refused there, never will be taken.
      if (answer === null || answer.ok || answer.error.kind === 'refused') {
        if (answer?.ok) sync.line.carried()
        if (await sheets.done(sheet)) rest.failures = 0
        else rest.until = sync.clock() + backoffMs(++rest.failures, sync.random)
        return
      }
      rest.until = sync.clock() + backoffMs(++rest.failures, sync.random)
      const { error } = answer
      if (error.kind === 'gateway-unavailable' && error.retryAfterMs !== null) sync.line.stayAwayFor(error.retryAfterMs)
      if (error.kind === 'line-down') await sync.line.suspect(error)
    },
  }
}
