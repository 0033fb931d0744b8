import type { Problem, RefusalKind, SubmissionResult } from '../../contract/gateway.ts'

export type Verdict =
  | { kind: 'issued'; outcome: string }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'later'; reason: string }

/**
 * Refusals that say something of the moment, of a clock, of a key or of a program at either end, and nothing of what the
 * citizen asked: they were told that it is safe, so it stays queued until whoever reads the sync log has put it right.
 */
const PASSING: readonly RefusalKind[] = ['anpr-unavailable', 'statement-stale', 'request-malformed', 'session-expired']

/**
 * What a batch's answer says of each item that was asked for. An item without a result stays queued. `strangers`: results
 * for an item that was not asked for, or a second one for the same item; they change nothing.
 */
export function verdictsOf(
  asked: readonly string[],
  results: SubmissionResult['results'],
): { verdicts: Map<string, Verdict>; strangers: number } {
  const verdicts = new Map<string, Verdict>(
    asked.map((operation) => [operation, { kind: 'later', reason: 'no-result' }]),
  )
  const unanswered = new Set(asked)
  let strangers = 0
  for (const result of results) {
    if (unanswered.delete(result.operation)) verdicts.set(result.operation, verdictOf(result))
    else strangers++
  }
  return { verdicts, strangers }
}

function verdictOf(result: SubmissionResult['results'][number]): Verdict {
  switch (result.state) {
    case 'pending':
      return { kind: 'later', reason: 'pending' }
    case 'later':
      return { kind: 'later', reason: result.reason }
    case 'issued':
      return { kind: 'issued', outcome: result.outcome }
    case 'refused':
      return PASSING.includes(result.problem.kind)
        ? { kind: 'later', reason: result.problem.kind }
        : { kind: 'refused', problem: result.problem }
  }
}
