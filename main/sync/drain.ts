import { setTimeout as wait } from 'node:timers/promises'
import { err, ok, type Result } from '../../contract/result.ts'
import type { Journal } from '../journal/journal.ts'
import { LONGEST_WAIT_MS, type Operation, type OperationIn, type Queue, type Settlement } from '../queue/queue.ts'
import { type OutcomeKeys, openOutcome } from '../queue/sealing.ts'
import { type Verdict, verdictsOf } from './answer.ts'
import { backoffMs } from './backoff.ts'
import type { GatewayClient, GatewayFailure } from './client.ts'

export type Drain = {
  /** Something new is queued, or the line may be back: look at once. */
  wake(): void
  /**
   * Waits until the operation is settled or `signal` is aborted (the citizen has waited long enough), and answers with
   * the operation as it is then: still `queued` means pending. Whoever is waited for goes first. Throws for an operation
   * that the queue does not have.
   */
  settled(operation: string, signal: AbortSignal): Promise<Operation>
  /**
   * From this call on nothing is written any more, so that queue and journal may be closed; an answer that still comes is
   * asked for again at the next start. Ends with the exchange under way: close the client to cut it short.
   */
  stop(): Promise<void>
}

type LineState = 'up' | 'down'

type DrainParts = {
  queue: Queue
  journal: Journal
  client: Pick<GatewayClient, 'status' | 'submit' | 'sendJournal'>
  /** Outcomes are opened before they are kept: one that can't be opened must not take the place of the request. */
  outcomeKeys: OutcomeKeys
  totem: string
  now: () => number
  random: () => number
  lineProbeMs: number
  /** Told of each change, which is in the journal already. */
  onLine: (state: LineState) => void
  /** Issued, refused or expired. */
  onSettled: (operation: string) => void
  /** Ends early, without an error, when the signal is aborted. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

const BATCH = 20
// At 64 kbit/s a quarter of a minute.
const BATCH_BYTES = 128 * 1024
const JOURNAL_BATCH = 500
// How soon to ask again for somebody who stands there: they see it as at once, and ANPR takes some seconds anyway.
const AWAITED_MS = 1_000
// The gateway has the request and will have an answer: nothing is wrong with the item, the line or the gateway.
const UNDER_WAY = ['pending', 'anpr-unavailable']
// The gateway takes a card's evidence for 30 days; a certificate that nobody fetched is not kept longer either.
export const KEEP_MS = 30 * 24 * 3_600_000
const EXPIRY_EVERY_MS = 3_600_000

/** One loop that brings the queue and the journal to the gateway and knows whether the line is up. Starts at once. */
export function createDrain({
  queue,
  journal,
  client,
  outcomeKeys,
  totem,
  now,
  random,
  lineProbeMs,
  onLine,
  onSettled,
  sleep = sleepFor,
}: DrainParts): Drain {
  let line: LineState | null = null
  let stopping = false
  let woken = false
  let alarm = new AbortController()
  const waiters = new Set<{ operation: string; tell: () => void }>()

  // Times in ms of `now`; failures counted since the last success.
  let [probeAt, lineFailures] = [0, 0]
  let [submitAt, submitFailures] = [0, 0]
  let [journalAt, journalFailures] = [0, 0]
  let [expiryAt, diskAt, journalBy] = [0, 0, 0]
  // What the gateway last said that the time is; nothing is settled before it has been asked.
  let gatewayTime = 0

  /** A time further ahead than the longest wait for it was set before the clock was put back: it has come. */
  const isDue = (at: number, longestMs: number) => at <= now() || at > now() + longestMs
  const pauseMs = (failures: number) => Math.min(backoffMs(failures, random), lineProbeMs)

  async function run(): Promise<void> {
    while (!stopping) {
      if (isDue(probeAt, lineProbeMs) || (woken && line !== 'up')) await probe()
      woken = false
      if (line === 'up' && !stopping) {
        const submitted = await submitBatch()
        if (stopping) break
        // Requests first, but a month of them must not keep the log back for ever.
        const sent = (!submitted || isDue(journalBy, lineProbeMs)) && (await sendJournal())
        if (submitted || sent) continue
      }
      if (woken || stopping) continue
      alarm = new AbortController()
      await sleep(idleMs(), alarm.signal)
    }
  }

  /** The only place where the line's state changes. */
  async function probe(): Promise<void> {
    const answer = await client.status()
    if (stopping) return
    if (answer.ok) {
      lineFailures = 0
      probeAt = now() + lineProbeMs
      setLine('up')
      gatewayTime = Date.parse(answer.value.at)
      if (isDue(expiryAt, EXPIRY_EVERY_MS)) expire()
    } else {
      probeAt = now() + pauseMs(++lineFailures)
      setLine('down')
    }
  }

  function setLine(state: LineState): void {
    if (line === state) return
    line = state
    journal.record('line.changed', { state })
    onLine(state)
  }

  /** Too old by both clocks: one that is wrong, the gateway's or the totem's, must not erase what was promised. */
  const tooOldBefore = () => Math.min(gatewayTime, now()) - KEEP_MS

  function expire(): void {
    expiryAt = now() + EXPIRY_EVERY_MS
    const expired = queue.expire({ issuedBefore: gatewayTime - KEEP_MS, requestedBefore: tooOldBefore() })
    if (!expired.ok) return
    for (const { operation, was } of expired.value) {
      journal.record('request.refused', { operation, reason: was === 'queued' ? 'request-expired' : 'not-collected' })
      tell(operation)
    }
  }

  const awaitedItems = () =>
    [...new Set([...waiters].map(({ operation }) => operation))]
      .map((operation) => queue.get(operation))
      .filter((operation) => operation?.state === 'queued')

  function nextBatch(): OperationIn<'queued'>[] {
    if (!isDue(diskAt, lineProbeMs)) return []
    const awaited = awaitedItems().filter(({ nextAttempt }) => isDue(nextAttempt, LONGEST_WAIT_MS))
    if (awaited.length > 0) return awaited.slice(0, BATCH)
    if (!isDue(submitAt, lineProbeMs)) return []
    // After a batch that failed whole, one at a time: the item that makes it fail must not take others along.
    return queue.due(now(), { items: submitFailures > 0 ? 1 : BATCH, bytes: BATCH_BYTES })
  }

  /** False when there was nothing to send. */
  async function submitBatch(): Promise<boolean> {
    const batch = nextBatch()
    if (batch.length === 0) return false
    for (const { operation, attempts } of batch) {
      journal.record('request.submitted', { operation, attempt: attempts + 1 })
    }
    const answer = await client.submit({ items: batch.map(({ operation, sealed }) => ({ operation, sealed })) })
    if (stopping) return true
    if (answer.ok) {
      const { verdicts, strangers } = verdictsOf(
        batch.map(({ operation }) => operation),
        answer.value.results,
      )
      if (strangers > 0) answerMalformed('v1.operations')
      submitFailures = 0
      for (const item of batch) await conclude(item, verdicts.get(item.operation))
    } else {
      batchFailed()
      // Whether it was the line or this batch is for the probe to say.
      if (answer.error.kind === 'line-down') probeAt = 0
      for (const item of batch) putOff(item, reasonOf(answer.error))
    }
    return true
  }

  async function conclude(item: OperationIn<'queued'>, verdict: Verdict | undefined): Promise<void> {
    if (stopping) return
    const { operation } = item
    switch (verdict?.kind) {
      case 'issued': {
        const opened = await openOutcome(verdict.outcome, outcomeKeys, operation, totem)
        if (stopping) return
        if (!opened.ok) {
          answerMalformed('v1.operations')
          return putOff(item, opened.error.kind)
        }
        const settled = settle(operation, { state: 'issued', outcome: verdict.outcome })
        if (!settled.ok) return notKept(item, settled.error.kind)
        journal.record('request.issued', { operation })
        return tell(operation)
      }
      case 'refused': {
        const { kind: reason, anpr } = verdict.problem
        if (reason === 'request-expired' && Date.parse(item.requestedAt) >= tooOldBefore()) return putOff(item, reason)
        const settled = settle(operation, { state: 'refused', reason, anpr })
        if (!settled.ok) return notKept(item, settled.error.kind)
        journal.record('request.refused', { operation, reason })
        return tell(operation)
      }
      default:
        return putOff(item, verdict?.reason ?? 'no-result')
    }
  }

  function settle(operation: string, settlement: Settlement): Result<void, { kind: string }> {
    const settled = queue.settle([{ operation, settlement }], gatewayTime, null)
    if (!settled.ok) return settled
    return settled.value[0] === 'malformed' ? err({ kind: 'settlement-malformed' }) : ok(undefined)
  }

  function notKept(item: OperationIn<'queued'>, reason: string): void {
    if (reason === 'settlement-malformed') answerMalformed('v1.operations')
    putOff(item, reason)
  }

  function putOff({ operation, attempts }: OperationIn<'queued'>, reason: string): void {
    const waitMs = waitFor(operation, attempts + 1, reason)
    journal.record('request.deferred', { operation, reason, waitMs })
    // A disk that does not take this leaves the item due at once: without a rest the loop would spin.
    if (!queue.defer([{ operation, reason, until: now() + waitMs }]).ok) diskAt = now() + pauseMs(attempts + 1)
  }

  function waitFor(operation: string, attempt: number, reason: string): number {
    const waitMs = backoffMs(attempt, random)
    if (!UNDER_WAY.includes(reason)) return waitMs
    if ([...waiters].some((waiter) => waiter.operation === operation)) return AWAITED_MS
    // One item a probe, however many there are: soon for the few, and no storm on an ANPR that is in trouble.
    return Math.min(waitMs, lineProbeMs * queue.depth().queued)
  }

  function batchFailed(): void {
    submitAt = now() + pauseMs(++submitFailures)
  }

  /** It parsed, so that the client has let it through, but it answers something else than was asked. */
  function answerMalformed(path: string): void {
    journal.record('gateway.answer-malformed', { path, httpStatus: 200 })
  }

  /** True when the gateway now holds more than before. */
  async function sendJournal(): Promise<boolean> {
    journalBy = now() + lineProbeMs
    if (!isDue(journalAt, LONGEST_WAIT_MS)) return false
    const batch = journal.unsent(JOURNAL_BATCH)
    const [first, last] = [batch?.entries[0], batch?.entries.at(-1)]
    if (!batch || !first || !last) return false
    const answer = await client.sendJournal(batch)
    if (stopping) return false
    const upTo = answer.ok ? answer.value.upTo : null
    const believable = upTo !== null && upTo <= last.seq
    if (believable && answer.ok) journal.acknowledged(batch, answer.value)
    else if (upTo !== null) answerMalformed('v1.journal')
    const advanced = believable && upTo >= first.seq
    journalFailures = advanced ? 0 : journalFailures + 1
    if (!advanced) journalAt = now() + backoffMs(journalFailures, random)
    return advanced
  }

  function tell(operation: string): void {
    onSettled(operation)
    for (const waiter of waiters) if (waiter.operation === operation) waiter.tell()
  }

  function idleMs(): number {
    const next = Math.min(probeAt, line === 'up' ? nextSubmitAt() : Number.POSITIVE_INFINITY)
    return Math.min(Math.max(next - now(), 0), lineProbeMs)
  }

  /** As `nextBatch`: who is waited for does not stand behind a batch that failed. */
  function nextSubmitAt(): number {
    const awaited = awaitedItems().map(({ nextAttempt }) => nextAttempt)
    const others = Math.max(queue.nextDue() ?? Number.POSITIVE_INFINITY, submitAt)
    return Math.max(Math.min(...awaited, others), diskAt)
  }

  function wake(): void {
    woken = true
    alarm.abort()
  }

  const running = run()

  return {
    wake,

    async settled(operation, signal) {
      const known = () => {
        const found = queue.get(operation)
        if (!found) throw new Error('waiting for an operation that is not in the queue')
        return found
      }
      if (known().state === 'queued' && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const waiter = { operation, tell: done }
          function done() {
            waiters.delete(waiter)
            signal.removeEventListener('abort', done)
            resolve()
          }
          waiters.add(waiter)
          signal.addEventListener('abort', done)
          wake()
        })
      }
      return known()
    },

    async stop() {
      stopping = true
      alarm.abort()
      await running
    },
  }
}

function reasonOf(failure: GatewayFailure): string {
  switch (failure.kind) {
    case 'line-down':
      return failure.reason
    case 'refused':
      return failure.problem.kind
    default:
      return failure.kind
  }
}

const sleepFor = (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }).catch(() => undefined)
