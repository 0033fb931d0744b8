import type { VisitServices } from '../../visit/services.ts'
import { step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'
import { chosenOf } from './visit.ts'

/** Asks for the section that the visit names, unless it is known already. */
export async function ask(visit: Visit, services: VisitServices) {
  const { frame, holder, family } = visit
  const { section, told } = family
  if (told[section] !== undefined) return step('shown')
  const subject = required(chosenOf(visit).idAnpr, 'id of the chosen member')
  const more = await services.person(frame, required(holder.entered, 'gateway session'), { subject, section })
  return more === null ? step('unavailable') : step('shown', { family: { told: { ...told, ...more } } })
}
