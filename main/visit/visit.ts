import type { CertificateType, Exemption } from '../../contract/catalogue.ts'
import type { CardReadout } from '../../contract/device.ts'
import type { FamilyMember, IssuedOutcome, VisuraAnswer } from '../../contract/gateway.ts'
import type { Language } from '../../contract/language.ts'
import type { ScreenOf } from '../../contract/journeys/index.ts'
import type { Service, WrittenDocument } from '../../contract/journeys/lists.ts'
import type {
  Declared,
  Entered,
  Possession,
  PreviewSheet,
  PrintFault,
  Printing,
  Recognised,
  Refused,
  Requested,
  Waiting,
  Writing,
  Written,
} from './services.ts'

/** Everything that a visit knows of a person. Replaced as a whole when it ends (invariant 2). */
export interface Visit {
  session: string
  /** By a clock that never goes back (ms). */
  startedAt: number
  /** Insertion number of the card that was recognised. */
  card: number | null
  language: Language
  readout: CardReadout | null
  /** How often a card was, or seemed, pulled while it was read. */
  pulledReads: number
  /** Also null while it is typed on the reader's keypad. */
  pin: Uint8Array | null
  /** The last PIN was wrong; `triesLeft` null: the card did not say. */
  wrongPin: boolean
  triesLeft: number | null
  /** The holder may see by the CAN when the card expires. */
  expiryOffered: boolean
  can: string | null
  wrongCans: number
  possession: Possession | null
  recognised: Recognised | null
  entered: Entered | null
  waiting: Waiting[]
  /** What the holder was shown: for the rest of the visit ANPR is not asked again. */
  visura: VisuraAnswer | null
  service: Service
  /** Null: the holder, of whom offline no ID ANPR is known. */
  subject: FamilyMember | null
  types: CertificateType[]
  exemption: Exemption | null
  advice: ScreenOf<'declaration'>['for']
  /** What the totem is asked to write. */
  writing: WrittenDocument
  /** Printed, or being printed: the same one again after a fault. */
  written: Written | null
  preview: PreviewSheet | null
  requested: Requested | null
  /** What is printed is the first of `waiting`, not a new request. */
  collecting: boolean
  /** First page still to print, and how many came out so far. */
  fromPage: number
  pages: number
  progress: { page: number; pages: number; band: number; bands: number } | null
  fault: PrintFault | null
  refused: Refused | null
  outcome: 'printed' | 'queued' | 'kept' | 'nothing'
  /** How it ended, for the journal. */
  ending: string
}

export function freshVisit(session: string): Visit {
  return {
    session,
    startedAt: 0,
    language: 'it',
    card: null,
    readout: null,
    pulledReads: 0,
    pin: null,
    wrongPin: false,
    triesLeft: null,
    expiryOffered: false,
    can: null,
    wrongCans: 0,
    possession: null,
    recognised: null,
    entered: null,
    waiting: [],
    visura: null,
    ...freshRequest(),
    refused: null,
    ending: 'left',
  }
}

/** The part of a visit that begins anew when the same person asks for another certificate. */
export function freshRequest() {
  return {
    service: 'certificate',
    subject: null,
    types: [],
    exemption: null,
    advice: 'publicBody',
    writing: 'declaration',
    written: null,
    preview: null,
    requested: null,
    collecting: false,
    fromPage: 1,
    pages: 0,
    progress: null,
    fault: null,
    outcome: 'nothing',
  } satisfies Partial<Visit>
}

/** A value that the state before must have set; a visit without it is a bug. */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`the visit has no ${what} here`)
  return value
}

/** The outcome in hand: the first of those that waited, or the one just issued. */
export function outcomeInHand(visit: Visit): IssuedOutcome | null {
  if (visit.collecting) return visit.waiting[0]?.outcome ?? null
  return visit.requested?.state === 'issued' ? visit.requested.outcome : null
}

/** The operation that waits to be collected after this visit, if one does. */
export function operationKept(visit: Visit): string | null {
  if (visit.requested?.state === 'queued') return visit.requested.operation
  return visit.outcome === 'kept' ? (outcomeInHand(visit)?.operation ?? null) : null
}

/** Art. 46 DPR 445/2000 is about oneself: another person's residence is not the holder's to declare, the family they share is. */
export const declarable = ({ subject, types }: Visit): CertificateType[] =>
  subject === null || subject.self ? types : types.filter((type) => type === '12')

/** To a private party it takes an authenticated signature and a bollo, which this totem cannot give (art. 21 DPR 445/2000). */
export const offersAttoNotorio = ({ advice }: Visit): boolean => advice !== 'privateParty'

export function writingOf(visit: Visit): Writing {
  const { writing: document } = visit
  if (document === 'visura') return { document, told: required(visit.visura, 'visura') }
  return { document, declared: declaredOf(visit, document === 'declaration' ? declarable(visit) : []) }
}

function declaredOf(visit: Visit, types: CertificateType[]): Declared {
  const registered = visit.visura?.person ?? null
  // The others of the family are named where the family is declared, and nowhere else.
  const withFamily = types.includes('12')
  return {
    holder: required(visit.recognised, 'holder'),
    personalData: visit.readout?.card === 'cns' ? visit.readout.personalData : null,
    family: withFamily ? (visit.entered?.family ?? null) : null,
    registered: registered && (withFamily ? registered : { ...registered, family: null }),
    types,
  }
}

export function printingOf(visit: Visit, document: Printing['document']): Printing {
  const common = { language: visit.language, session: visit.session, fromPage: visit.fromPage }
  if (document === 'declaration' || document === 'atto-notorio' || document === 'visura')
    return { ...common, ...required(visit.written, 'paper') }
  if (document !== 'slip') {
    const outcome = required(outcomeInHand(visit), 'outcome')
    return document === 'certificate'
      ? { ...common, document, outcome }
      : { ...common, document, outcome, pages: visit.pages }
  }
  if (visit.requested?.state !== 'queued') throw new Error('a slip is for a queued request')
  const { operation, requestedAt } = visit.requested
  return { ...common, document, operation, types: visit.types, requestedAt }
}
