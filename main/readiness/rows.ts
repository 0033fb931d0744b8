import { TRIALS, type Trial, type TrialOutcome } from '../../contract/readiness.ts'

/** One trial: its key never changes, so that a script may look for it. `detail` is a code, a number or a short text. */
export interface Check {
  key: Trial
  outcome: TrialOutcome
  detail: string
}

/** All rows in their order; the ones without a trial are not tried. */
export const complete = (checks: readonly Check[]): Check[] =>
  (Object.keys(TRIALS) as Trial[]).map(
    (key) => checks.find((check) => check.key === key) ?? { key, outcome: 'not-tried', detail: '–' },
  )
