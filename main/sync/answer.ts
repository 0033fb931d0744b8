import { DAY_MS } from '../../basics/time.ts'
import type { OutcomePage, RefusalKind, SubmissionResult } from '../../contract/gateway.ts'
import type { Settlement } from '../queue/queue.ts'

type Result = SubmissionResult['results'][number]
/** `pending`: the gateway has it on its disk. `later`: it has not. */
export type Verdict = Exclude<Result, { state: 'later' }> | { operation: string; state: 'later'; reason: string }

/**
 * Refusals that say something of the moment, of a clock, of a key or of a program at either end, and nothing of what the
 * citizen asked: they were told that it is safe, so it stays queued until whoever reads the sync log has put it right.
 */
const PASSING: readonly RefusalKind[] = ['anpr-unavailable', 'statement-stale', 'request-malformed', 'session-expired']

/** What lies in the item itself: with others going through meanwhile, it is set aside in the end. */
const OWN: readonly string[] = ['request-malformed', 'no-result', 'outcome-unreadable', 'settlement-malformed']
export const isOwn = (reason: string): boolean => OWN.includes(reason)

// The gateway takes a card's evidence for 30 days; a certificate that nobody fetched is not kept longer either.
export const KEEP_MS = 30 * DAY_MS

/**
 * What a batch's answer says of each item that was asked for, in the order of asking. An item without a result stays
 * queued. `strangers`: results for an item that was not asked for, or a second one for the same item; they change nothing.
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
 * What is written of an outcome, or the code of why it is not taken for final. A request is too old only when both clocks
 * find so: one that is wrong, the gateway's or the totem's, must not end what was promised.
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
