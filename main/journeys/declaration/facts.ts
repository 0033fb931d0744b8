import { isEuropeanUnion } from '../../../catalogue/european-union.ts'
import { kinshipTo } from '../../../catalogue/kinship.ts'
import { isConvivenza } from '../../../contract/document.ts'
import type { FamilyMember } from '../../../contract/gateway.ts'
import type { DeclaredFact, FactTheme } from '../../../contract/journeys/declaration.ts'
import type { Visit } from '../../visit/visit.ts'

/** Where a person finds each fact; no theme has more than five. */
export const factThemes: Record<FactTheme, readonly DeclaredFact[]> = {
  home: ['b', 'f'],
  person: ['a', 'c', 'g', 'q'],
  ties: ['e', 'h-birth', 'h-death', 'dd'],
}

/**
 * Somebody of the holder's family. `relation`: what they are to the holder, as a code of table 5. `born`: as much of the
 * day of birth as ANPR has told.
 */
export type Relative = Pick<FamilyMember, 'name' | 'surname'> & { relation: string; born: string | null }

const CHILD = '3'
/** Letter h: spouse or civil partner, ascendants, descendants. */
const MOURNED = ['2', '28', '3', '4', '5', '6', '7', '8']

const relatives = ({ holder }: Visit, wanted: (member: FamilyMember, relation: string) => boolean): Relative[] => {
  const sheet = holder.entered?.family ?? []
  const self = sheet.find((member) => member.self)
  return sheet.flatMap((member) => {
    const relation = self && !member.self ? kinshipTo(self, member) : null
    if (relation === null || !wanted(member, relation)) return []
    const { name, surname, yearOfBirth } = member
    const year = yearOfBirth === null ? null : String(yearOfBirth)
    // Namesakes of one family were born in different years.
    const known = (holder.registered?.person.family ?? []).find(
      (one) => one.name === name && one.surname === surname && year !== null && one.born?.startsWith(year),
    )
    return [{ name, surname, relation, born: known?.born ?? year }]
  })
}
export const childrenOf = (visit: Visit): Relative[] => relatives(visit, (_, relation) => relation === CHILD)
export const mournedBy = (visit: Visit): Relative[] =>
  relatives(visit, ({ deceased }, relation) => deceased && MOURNED.includes(relation))

/** Whoever lives in a convivenza has no famiglia anagrafica to declare. */
const hasFamily = (sheet: readonly { tie: FamilyMember['tie'] }[] | null | undefined) => !sheet || !isConvivenza(sheet)

/**
 * What the holder can declare. Once ANPR has told the holder's data, only what it knows is offered: all of it is filled
 * in, and an Italian public office can certify it. Before, the person writes what the card does not say.
 */
export function offeredFacts(visit: Visit): DeclaredFact[] {
  const { registered, entered } = visit.holder
  const person = registered?.person
  const can: Record<DeclaredFact, boolean> = {
    a: true,
    b: !person || person.residence !== null,
    c: !person || person.citizenships !== null,
    e: !person || person.statoCivile !== null,
    f: person ? person.family !== null && hasFamily(person.family) : hasFamily(entered?.family),
    g: true,
    'h-birth': childrenOf(visit).length > 0,
    'h-death': mournedBy(visit).length > 0,
    q: true,
    // What a certificate of marriage or union states is written by hand, where one was chosen.
    dd: visit.declaration.declares.includes('dd'),
  }
  return Object.values(factThemes)
    .flat()
    .filter((fact) => can[fact])
}

/** What is asked for most: residence and family. */
export const usualFacts = (visit: Visit): DeclaredFact[] =>
  offeredFacts(visit).filter((fact) => fact === 'b' || fact === 'f')

/** Art. 3 DPR 445/2000; false where the citizenships are not known. */
export const isNonEu = ({ holder }: Visit): boolean =>
  holder.registered?.person.citizenships?.some(isEuropeanUnion) === false
