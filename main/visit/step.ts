import { type Refused, refused as refusal, type VisitServices } from './services.ts'
import { type Change, secretsForgotten, type Visit } from './visit.ts'

/** Result of a task: where the visit goes on, and the facts that it now knows. */
export interface Step<To extends string = string> {
  to: To
  set: Change
}
export const step = <To extends string>(to: To, set: Change = {}): Step<To> => ({ to, set })

/** The work of a state in which the totem, and not the person, makes the next move. */
export type Task<To extends string = string> = (visit: Visit, services: VisitServices) => Promise<Step<To>>

/** Turns the person away; `set` adds further facts to forget or to remember. */
export const refused = (error: Refused, set: Change = {}): Step<'refused'> =>
  step('refused', { ...set, end: { ...set.end, refused: error } })

/** Ends the visit after a bug with one person's data, which must not block the next person (invariant 8). */
export const broken = (): Step<'refused'> => refused(refusal('session-refused'), secretsForgotten)
