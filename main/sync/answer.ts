import { DAY_MS } from '../../basics/time.ts'
import type { OutcomePage, RefusalKind, SubmissionResult } from '../../contract/gateway.ts'
import type { Settlement } from '../queue/queue.ts'

type Result = SubmissionResult['results'][number]
/** `pending`: the gateway has it on its disk. `later`: it does not. */
export type Verdict = Exclude<Result, { state: 'later' }> | { operation: string; state: 'later'; reason: string }

/**
 * These refusals concern the moment, a clock, a key or a program at either end, and not the citizen's request. The
 * totem told the citizen that it is safe, so it stays queued until an operator reads the sync log and puts the cause
 * right.
 */
const PASSING: readonly RefusalKind[] = ['anpr-unavailable', 'statement-stale', 'request-malformed', 'session-expired']

/** Reasons that lie in the item itself. While others go through, the totem sets it aside in the end. */
const OWN: readonly string[] = ['request-malformed', 'no-result', 'outcome-unreadable', 'settlement-malformed']
export const isOwn = (reason: string): boolean => OWN.includes(reason)

// The gateway takes a card's evidence for 30 days, and the totem keeps a certificate that nobody fetched no longer.
export const KEEP_MS = 30 * DAY_MS

/**
 * Reads a batch's answer for each item, in the order of asking. An item without a result stays queued. `strangers`
 * counts results for items that were not asked for, and second results for one item; they change nothing.
 */
export function verdictsOf(
  asked: readonly string[],
  results: SubmissionResult['results'],
): { verdicts: Verdict[]; strangers: number } {
  const byOperation = new Map<string, Result>()
  for (const result of results) if (!byOperation.has(result.operation)) byOperation.set(result.operation, result)
  const verdicts = asked.map(
    (operation) => byOperation.get(operation) ?? { operation, state: 'later' as const, reason: 'no-result' },
  )
  const answered = asked.filter((operation) => byOperation.has(operation))
  return { verdicts, strangers: results.length - answered.length }
}

/**
 * The settlement to write for an outcome, or the code of why it is not final. A request is too old only when both
 * clocks say so: one wrong clock, the gateway's or the totem's, must not end what the totem promised.
 */
export function settlementOf(
  outcome: OutcomePage['outcomes'][number],
  requestedAt: string | null,
  { now, line }: { now(): number; line: { gatewayTime: number } },
): Settlement | string {
  if (outcome.state === 'issued') return { state: 'issued', outcome: outcome.outcome }
  const { kind, anpr } = outcome.problem
  if (PASSING.includes(kind)) return kind
  const tooOld = requestedAt === null || Date.parse(requestedAt) < tooOldBefore(now(), line.gatewayTime)
  if (kind === 'request-expired' && !tooOld) return kind
  return { state: 'refused', reason: kind, anpr }
}

export const tooOldBefore = (now: number, gatewayTime: number): number => Math.min(gatewayTime, now) - KEEP_MS
