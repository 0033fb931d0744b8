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
export async function judgeDay(visit: Visit, services: VisitServices) {
  const { digits, told } = visit.family
  const today = services.today()
  // Of a day of which nothing is told the sheet still knows the year.
  const { yearOfBirth } = chosenOf(visit)
  const born = told.identity?.born ?? (yearOfBirth === null ? null : String(yearOfBirth))
  const day = dayIn(required(digits, 'day'), { today, born })
  if (!day.ok) return step('typing', { family: { wrong: day.error.kind } })
  return step('member', { family: ofDay(day.value === today ? null : day.value) })
}
