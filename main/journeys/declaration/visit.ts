import { declarable } from '../../../catalogue/certificates.ts'
import type { CertifiedFact } from '../../../contract/catalogue.ts'
import type { PersonalData } from '../../../contract/device.ts'
import type { FamilyMember, OwnRecord } from '../../../contract/gateway.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { TakenHome } from '../../../contract/journeys/lists.ts'
import type { Recognised } from '../../visit/services.ts'
import { required, type Visit } from '../../visit/visit.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    declaration: {
      /** The party that the declaration is for; `anybody`: the person came for the declaration itself. */
      advice: ScreenOf<'declaration'>['for']
      /** The facts that it is made for, in place of certificates. */
      declares: CertifiedFact[]
      /** Those were asked for about somebody else. */
      forAnother: boolean
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    /** The paper, out of what is known here. It asks nobody and leaves nothing. */
    writeForm(visit: VisitId, form: Form, declared: Declared): Written
    /** For the journal. */
    declared(visit: VisitId): void
  }
}

/** Art. 46 and art. 47 DPR 445/2000. */
export type Form = Extract<TakenHome, 'declaration' | 'atto-notorio'>

/** What the totem knows of who declares. `personalData`: that of a CNS. `family` null: offline, or not to be declared. */
export interface Declared {
  holder: Recognised
  personalData: PersonalData | null
  family: FamilyMember[] | null
  /** What ANPR told of the holder in this visit already. */
  registered: OwnRecord['person'] | null
  /** The facts that are ticked already. */
  declares: CertifiedFact[]
}

export const fresh = (): Pick<Visit, 'declaration'> => ({
  declaration: { advice: 'anybody', declares: [], forAnother: false },
})

/** The free declaration in place of the certificate that was chosen. */
export const insteadFor = (advice: 'publicBody' | 'privateParty') => ({
  target: '#declaration',
  set({ certificate: { types, subject } }: Visit) {
    const forAnother = subject !== null && !subject.self
    return { declaration: { advice, declares: declarable(types, forAnother), forAnother } }
  },
})

/** To a private party it takes an authenticated signature and a bollo, which this totem cannot give (art. 21 DPR 445/2000). */
export const offersAttoNotorio = ({ declaration: { advice } }: Visit): boolean => advice !== 'privateParty'

export function declaredOf(visit: Visit, form: Form): Declared {
  const declares = form === 'declaration' ? visit.declaration.declares : []
  const { recognised, readout, entered, registered } = visit.holder
  const person = registered?.person ?? null
  // The others of the family are named where the family is declared, and nowhere else.
  const withFamily = declares.includes('f')
  return {
    holder: required(recognised, 'holder'),
    personalData: readout?.card === 'cns' ? readout.personalData : null,
    family: withFamily ? (entered?.family ?? null) : null,
    registered: person && (withFamily ? person : { ...person, family: null }),
    declares,
  }
}
