import type { FamilyMember } from '../../../contract/gateway.ts'
import type { WrongDay } from '../../../contract/journeys/family.ts'
import type { PersonSection, PersonSections } from '../../../contract/person.ts'
import { tieOf } from '../../visit/tie.ts'
import { holderOf, required, type Visit } from '../../visit/visit.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    family: {
      /** Where in the sheet the person stands who was picked. */
      chosen: number
      /** What ANPR holds of them, as far as the holder has opened it. */
      told: Partial<PersonSections>
      section: PersonSection
      /** The day whose data are asked for; null: today's. */
      on: string | null
      /** The day as DDMMYYYY, as typed, and why it was none to ask for. */
      digits: string | null
      wrong: WrongDay | null
    }
  }
}

export const fresh = (): Pick<Visit, 'family'> => ({ family: { chosen: 0, ...ofDay(null) } })

/** Nothing is known yet of the person as of that day. */
export const ofDay = (on: string | null) =>
  ({ on, told: {}, section: 'identity', digits: null, wrong: null }) satisfies Partial<Visit['family']>

export const sheetOf = ({ holder }: Visit): FamilyMember[] => holder.entered?.family ?? []

/** Whom ANPR tells more of: it must know them by an id, and it closes the record of the dead. */
export const isOpen = (member: FamilyMember | undefined): boolean =>
  member !== undefined && member.idAnpr !== null && !member.deceased

export const chosenOf = (visit: Visit): FamilyMember => required(sheetOf(visit)[visit.family.chosen], 'chosen member')

/** Sections beside the identity that are worth asking for. */
export function sectionsOf({ family: { told } }: Visit): PersonSection[] {
  const { statoCivile = null } = told.identity ?? {}
  const bond: PersonSection[] =
    statoCivile === null || statoCivile === '1' ? [] : [['6', '7', '8'].includes(statoCivile) ? 'union' : 'marriage']
  return ['residence', 'citizenship', ...bond, 'document']
}

/** Name, sex and tie of somebody on the sheet, as the holder sees them. */
export function whoOf(member: FamilyMember, visit: Visit) {
  const { name, surname, sex } = member
  const named = member.self && name === '' && surname === '' ? holderOf(visit) : { name, surname }
  return { ...named, sex, tie: tieOf(member, sheetOf(visit)) }
}
