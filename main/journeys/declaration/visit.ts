import type { CertificateType } from '../../../contract/catalogue.ts'
import type { PersonalData } from '../../../contract/device.ts'
import type { FamilyMember, VisuraAnswer } from '../../../contract/gateway.ts'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { TakenHome } from '../../../contract/journeys/lists.ts'
import type { Recognised } from '../../visit/services.ts'
import { required, type Visit } from '../../visit/visit.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    declaration: {
      /** Who the declaration is for; `anybody`: the person came for it. */
      advice: ScreenOf<'declaration'>['for']
      /** The certificates in whose stead it is made. */
      types: CertificateType[]
      /** They were asked for about somebody else. */
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
  registered: VisuraAnswer['person'] | null
  /** The certificates in whose stead it is made. */
  types: CertificateType[]
}

export const fresh = (): Pick<Visit, 'declaration'> => ({
  declaration: { advice: 'anybody', types: [], forAnother: false },
})

/** The free declaration in place of the certificate that was chosen. */
export const insteadFor = (advice: 'publicBody' | 'privateParty') => ({
  target: '#declaration',
  set: ({ certificate: { types, subject } }: Visit) => ({
    declaration: { advice, types, forAnother: subject !== null && !subject.self },
  }),
})

/** Art. 46 DPR 445/2000 is about oneself: another person's residence is not the holder's to declare, the family they share is. */
export const declarable = ({ declaration: { types, forAnother } }: Visit): CertificateType[] =>
  forAnother ? types.filter((type) => type === '12') : types

/** To a private party it takes an authenticated signature and a bollo, which this totem cannot give (art. 21 DPR 445/2000). */
export const offersAttoNotorio = ({ declaration: { advice } }: Visit): boolean => advice !== 'privateParty'

export function declaredOf(visit: Visit, form: Form): Declared {
  const types = form === 'declaration' ? declarable(visit) : []
  const { recognised, readout, entered, registered } = visit.holder
  const person = registered?.person ?? null
  // The others of the family are named where the family is declared, and nowhere else.
  const withFamily = types.includes('12')
  return {
    holder: required(recognised, 'holder'),
    personalData: readout?.card === 'cns' ? readout.personalData : null,
    family: withFamily ? (entered?.family ?? null) : null,
    registered: person && (withFamily ? person : { ...person, family: null }),
    types,
  }
}
