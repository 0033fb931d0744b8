import { declarable } from '../../../catalogue/certificates.ts'
import type { PersonalData } from '../../../contract/device.ts'
import type { FamilyMember, OwnRecord } from '../../../contract/gateway.ts'
import type { DeclaredFact, FactTheme } from '../../../contract/journeys/declaration.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { TakenHome } from '../../../contract/journeys/lists.ts'
import type { Recognised } from '../../visit/services.ts'
import { required, type Visit } from '../../visit/visit.ts'
import { childrenOf, mournedBy, type Relative } from './facts.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    declaration: {
      /** The party that the declaration is for. */
      advice: Advice
      /** It stands in place of certificates that were chosen before. */
      instead: boolean
      /** What is ticked: facts that stand in place of certificates, or those that the person has chosen. */
      declares: DeclaredFact[]
      /** The theme that is open. */
      theme: FactTheme | null
      /** The certificates were asked for about somebody else. */
      forAnother: boolean
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** Makes the paper from the facts at hand. Asks neither gateway nor ANPR, and stores nothing. */
    writeForm(visit: VisitId, form: Form, declared: Declared): Written
    /** For the journal. */
    declared(visit: VisitId): void
  }
}

export type Advice = ScreenOf<'declaration'>['for']

/** Art. 46 and art. 47 DPR 445/2000. */
export type Form = Extract<TakenHome, 'declaration' | 'atto-notorio'>

/** Known facts of the declarant. `personalData`: of a CNS. `family` null: offline, or not to be declared. */
export interface Declared {
  holder: Recognised
  personalData: PersonalData | null
  family: FamilyMember[] | null
  /** ANPR's record of the holder, if this visit has asked for it. */
  registered: OwnRecord['person'] | null
  /** The facts that are ticked already. */
  declares: DeclaredFact[]
  /** The holder's children, and those whose death the holder declares: none, if they are not to be declared. */
  children: Relative[]
  mourned: Relative[]
}

export const fresh = (): Pick<Visit, 'declaration'> => ({
  declaration: { advice: 'publicBody', instead: false, declares: [], theme: null, forAnother: false },
})

/** The free declaration in place of the certificate that was chosen. */
export const insteadFor = (advice: Advice) => ({
  target: '#declaration',
  set({ certificate: { types, subject } }: Visit) {
    const forAnother = subject !== null && !subject.self
    return { declaration: { advice, instead: true, declares: declarable(types, forAnother), forAnother } }
  },
})

/**
 * To a private party an atto notorio needs an authenticated signature and a bollo (art. 21 DPR 445/2000), which this
 * totem cannot give.
 */
export const offersAttoNotorio = ({ declaration: { advice } }: Visit): boolean => advice !== 'privateParty'

export function declaredOf(visit: Visit, form: Form): Declared {
  const declares = form === 'declaration' ? visit.declaration.declares : []
  const { recognised, readout, entered, registered } = visit.holder
  const person = registered?.person ?? null
  // The form names other members only if the person declares the family.
  const withFamily = declares.includes('f')
  return {
    holder: required(recognised, 'holder'),
    personalData: readout?.card === 'cns' ? readout.personalData : null,
    family: withFamily ? (entered?.family ?? null) : null,
    registered: person && (withFamily ? person : { ...person, family: null }),
    declares,
    children: declares.includes('h-birth') ? childrenOf(visit) : [],
    mourned: declares.includes('h-death') ? mournedBy(visit) : [],
  }
}
