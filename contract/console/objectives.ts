import { z } from 'zod'
import { count, isoInstant } from '../identity.ts'

/**
 * What the service wants to be, and how much of it may be missing: `goal` is the share of `total` that is to be good.
 * `unit`: what is counted. `slow`: what a good one is within, in milliseconds.
 */
export const OBJECTIVES = {
  /** Minutes in which a totem was ready, of those in which its office was open. */
  available: { goal: 0.995, unit: 'minuti' },
  /** Visits of recognised people that did not end by a fault. */
  visits: { goal: 0.98, unit: 'visite' },
  /** Requests of people at the totem with their outcome in a second, the time that ANPR takes left out. */
  outcome: { goal: 0.95, unit: 'richieste' },
  /** Requests settled within 15 minutes, but for those that came while ANPR failed. */
  settled: { goal: 0.999, unit: 'richieste' },
  /** Entries of the sync log, written in minutes in which the totem was heard, that were here five minutes later. */
  log: { goal: 0.99, unit: 'voci' },
  /** Printers that printed again within four hours of their office. */
  paper: { goal: 0.5, unit: 'fermi' },
  /** Answers of the console that were no failure of the gateway. */
  console: { goal: 0.999, unit: 'risposte' },
  /** Lists of the console within 300 ms. */
  lists: { goal: 0.95, unit: 'elenchi' },
} as const
export type ObjectiveId = keyof typeof OBJECTIVES
export const objectiveIds = Object.keys(OBJECTIVES) as [ObjectiveId, ...ObjectiveId[]]

/** Why a minute was not good. `anpr` and `line` are told apart from the rest, and never left out. */
export const causes = ['line', 'paper', 'device', 'other', 'anpr'] as const
export type Cause = (typeof causes)[number]
const lost = z.partialRecord(z.enum(causes), count)

const share = z.strictObject({ good: count, total: count })
export type Share = z.infer<typeof share>

/** A month of 28 days, so that each has the same weekdays. `burn`: how many times too fast the budget goes. */
export const objectivesPage = z.strictObject({
  at: isoInstant,
  from: isoInstant,
  objectives: z.array(
    share.extend({
      objective: z.enum(objectiveIds),
      causes: lost,
      burn: z.strictObject({ hour: z.number().nullable(), sixHours: z.number().nullable() }),
      days: z.array(share.extend({ day: z.iso.date() })),
    }),
  ),
  /** Minutes in which totems were ready and ANPR was not; calls of ANPR, and those that it did not answer. */
  anpr: z.strictObject({ minutes: count, calls: count, failed: count }),
})
export type ObjectivesPage = z.infer<typeof objectivesPage>

/** What may be missing, of so many. */
export const budgetOf = (objective: ObjectiveId, total: number): number => (1 - OBJECTIVES[objective].goal) * total

/** How many times faster than it may the budget was spent; null: nothing was counted. 14.4 spends a month's in two days. */
export function burnOf(objective: ObjectiveId, { good, total }: Share): number | null {
  return total === 0 ? null : (total - good) / budgetOf(objective, total)
}
