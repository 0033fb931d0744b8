import type { Requester, Subject } from '../../catalogue/may-issue.ts'
import { bornOn } from './dates.ts'
import type { Member, Sheet } from './subjects.ts'

const OF_AGE = 18
/** `tipoLegame` of a family that is enrolled abroad (AIRE). */
const ABROAD = '5'

/**
 * What the requester's family sheet tells about an issue: of the requester, and of the subject who stands on it. `day`:
 * the Italian day of the request. What the sheet does not say stays unknown.
 */
export function knownBy(
  { members, tie }: Sheet,
  subject: string,
  day: string,
): { subject: Subject; requester: Requester } {
  const member = members.find(({ idAnpr }) => idAnpr === subject)
  const asking = members.find(({ asked }) => asked)
  const adult = asking && isAdult(asking, day)
  const abroad = member?.told.legameSoggetto?.tipoLegame === ABROAD
  return {
    subject: {
      ...(member && { tie: member.tie }),
      ...(abroad && { register: 'AIRE' }),
      ...(tie === 'family' && { household: members.length }),
    },
    requester: {
      self: asking?.idAnpr === subject,
      sameFamily: tie === 'family' && member?.tie === 'family',
      ...(adult !== undefined && { adult }),
    },
  }
}

/** Undefined where as much of the birth as is known does not tell. */
function isAdult({ told }: Member, day: string): boolean | undefined {
  const born = bornOn(told.generalita)
  if (born === null) return undefined
  const youngest = `${Number(day.slice(0, 4)) - OF_AGE}${day.slice(4)}`
  const as = youngest.slice(0, born.length)
  return born === as && born.length < youngest.length ? undefined : born <= as
}
