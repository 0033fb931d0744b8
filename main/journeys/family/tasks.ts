import type { VisitServices } from '../../visit/services.ts'
import { step } from '../../visit/step.ts'
import { required, type Visit } from '../../visit/visit.ts'
import { dayIn } from './day.ts'
import { chosenOf, ofDay } from './visit.ts'

/** Asks for the section that the visit names, unless it is known already. */
export async function ask(visit: Visit, services: VisitServices) {
  const { frame, holder, family } = visit
  const { section, told, on } = family
  if (told[section] !== undefined) return step('shown')
  const subject = required(chosenOf(visit).idAnpr, 'id of the chosen member')
  const more = await services.person(frame, required(holder.entered, 'gateway session'), { subject, section, on })
  return more === null ? step('unavailable') : step('shown', { family: { told: { ...told, ...more } } })
}

/** Judges the day that the person typed. */
export async function judgeDay({ family: { digits, told } }: Visit, services: VisitServices) {
  const today = services.today()
  const day = dayIn(required(digits, 'day'), { today, born: told.identity?.born ?? null })
  if (!day.ok) return step('typing', { family: { wrong: day.error.kind } })
  return step('member', { family: ofDay(day.value === today ? null : day.value) })
}
