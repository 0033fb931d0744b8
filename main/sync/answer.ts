import type { Problem, SubmissionResult } from '../../contract/gateway.ts'

export type Verdict =
  | { kind: 'issued'; outcome: string }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'later'; reason: string }

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
    case 'issued':
      return { kind: 'issued', outcome: result.outcome }
    case 'refused':
      // ANPR being away is nothing that the citizen's request did wrong.
      return result.problem.kind === 'anpr-unavailable'
        ? { kind: 'later', reason: result.problem.kind }
        : { kind: 'refused', problem: result.problem }
  }
}
