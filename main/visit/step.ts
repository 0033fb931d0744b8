import { type Refused, refused as refusal, type VisitServices } from './services.ts'
import { type Change, secretsForgotten, type Visit } from './visit.ts'

/** What a piece of work came to: where the visit goes on and what it now knows. */
export interface Step<To extends string = string> {
  to: To
  set: Change
}
export const step = <To extends string>(to: To, set: Change = {}): Step<To> => ({ to, set })

/** The work of a state that waits for a machine and not for a person. */
export type Task<To extends string = string> = (visit: Visit, services: VisitServices) => Promise<Step<To>>

/** Turns the person away; `set` is what must be forgotten or remembered besides. */
export const refused = (error: Refused, set: Change = {}): Step<'refused'> =>
  step('refused', { ...set, end: { ...set.end, refused: error } })

/** A bug met with one person's data: it must not take the totem from the next (invariant 8). */
export const broken = (): Step<'refused'> => refused(refusal('session-refused'), secretsForgotten)
