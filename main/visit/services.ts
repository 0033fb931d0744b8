import type { CertificateType, Exemption } from '../../contract/catalogue.ts'
import type { CardReadout, PersonalData, PrinterStatus } from '../../contract/device.ts'
import type { Evidence } from '../../contract/evidence.ts'
import type { FamilyMember, IssuedOutcome, VisuraAnswer } from '../../contract/gateway.ts'
import type { Result } from '../../contract/result.ts'
import type { Language } from '../../contract/language.ts'
import type { OutOfService } from '../../contract/journeys/arrive.ts'
import type { Refusal } from '../../contract/refusal.ts'
import type { WrittenDocument } from '../../contract/journeys/lists.ts'
import type { Paper } from '../documents/model.ts'

/**
 * What a visit needs done. The session says when; main/services does it. A promise that rejects is a bug: every
 * expected failure is a value.
 */
export interface VisitServices {
  /** Why no visit can begin or go on, or null. Asked before anything is asked of a person. */
  outOfService(): OutOfService | 'starting' | null
  newSession(): string
  readCard(): Promise<Result<CardReadout, Refused>>
  /** Tries left of this card's PIN as this totem last heard from it; null: it has not. */
  triesLeft(readout: CardReadout): number | null
  /**
   * PIN, signature of a fresh challenge and every check of DESIGN.md step 2. Overwrites `pin`; null: it is typed on the
   * reader's keypad.
   */
  recognise(
    visit: VisitId,
    readout: CardReadout,
    pin: Uint8Array | null,
  ): Promise<Result<Recognised, Refused | WrongPin>>
  /** The holder of this card may see by its CAN when it expires: a CIE, at a totem whose policy allows it. */
  expiryOffered(readout: CardReadout): boolean
  /** What a CIE says of itself by its CAN: whoever holds it is shown it and can ask for nothing with it. */
  possession(visit: VisitId, can: string): Promise<Result<Possession, Refused | WrongCan>>
  /** Opens the citizen session at the gateway and asks for the family sheet; offline only the holder is known. */
  enter(visit: VisitId, recognised: Recognised): Promise<Result<Entered, Refused>>
  /** The holder has been shown what became of these. */
  noticed(entered: Entered): void
  preview(entered: Entered, wanted: Wanted): Promise<Result<PreviewSheet, Refused | Unavailable>>
  /** Writes the request to the queue, then waits for its outcome as long as a person would stand there. */
  request(visit: VisitId, recognised: Recognised, wanted: Wanted): Promise<Result<Requested, Refused | StorageFull>>
  /** What ANPR holds of the holder, asked now. */
  visura(visit: VisitId, entered: Entered): Promise<Result<VisuraAnswer, Refused | Unavailable>>
  /** The paper, out of what is known here. It asks nobody and leaves nothing. */
  write(visit: VisitId, writing: Writing): Written
  /** Resolves when the printer itself has acknowledged the last page. */
  print(printing: Printing): Promise<Result<{ pages: number }, PrintFault | Unprintable>>
  /** The paper is out: what was kept of it is erased. */
  delivered(visit: VisitId, operation: string): void
  journal: VisitJournal
}

export interface VisitId {
  session: string
  language: Language
}
export interface VisitJournal {
  started(visit: VisitId): void
  refused(visit: VisitId, reason: Refusal): void
  pinWrong(visit: VisitId, triesLeft: number | null): void
  declared(visit: VisitId): void
  ended(visit: VisitId, how: string, ms: number): void
}

/**
 * `anpr` is ANPR's error code where there is one: a reference for the ufficio anagrafe. `card` null: not known; after the
 * card was read the session knows it by itself. `date` (YYYY-MM-DD): when it expired, or when it becomes valid.
 */
export type Refused = {
  kind: 'refused'
  reason: Refusal
  anpr: string | null
  card: CardReadout['card'] | null
  date: string | null
}
/** A refusal; what is not told of it is null. */
export const refused = (reason: Refusal, facts: Partial<Pick<Refused, 'anpr' | 'card' | 'date'>> = {}): Refused => ({
  kind: 'refused',
  reason,
  anpr: null,
  card: null,
  date: null,
  ...facts,
})

export type WrongPin = { kind: 'wrong-pin'; triesLeft: number | null }
export type WrongCan = { kind: 'wrong-can' }
export type Unavailable = { kind: 'unavailable' }
export type StorageFull = { kind: 'storage-full' }
/** `page` is the first page that the printer has not acknowledged. */
export type PrintFault = { kind: 'print-fault'; status: PrinterStatus; page: number }

/** No printer could print it: the document itself is broken. */
export type Unprintable = { kind: 'unprintable' }

/** Somebody whose card has signed our challenge. Lives in memory only, until the visit ends. */
export interface Recognised {
  name: string
  surname: string
  codiceFiscale: string
  evidence: Evidence
}
/** `expires` YYYY-MM-DD, the last day on which the card is good; `expired` as of today. */
export interface Possession {
  name: string
  surname: string
  expires: string
  expired: boolean
}
export interface Entered {
  /** Null offline: then of the family only the holder is known. */
  token: string | null
  family: FamilyMember[] | null
  waiting: Waiting[]
  notices: Notice[]
}
/** A request of an earlier visit that nothing came of, and that its holder was not told of yet. `reason` is a code. */
export interface Notice {
  operation: string
  state: 'refused' | 'expired' | 'aside'
  requestedAt: string
  reason: string | null
}
/** An outcome that this person left to be collected. */
export interface Waiting {
  outcome: IssuedOutcome
  requestedAt: string
}
/** `subject` null: the holder (offline no ID ANPR is known). */
export interface Wanted {
  subject: string | null
  types: CertificateType[]
  exemption: Exemption
}
export interface PreviewSheet {
  pdf: Uint8Array
  pages: number
}
export type Requested =
  | { state: 'issued'; outcome: IssuedOutcome }
  | { state: 'queued'; operation: string; requestedAt: string }

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
/** What is to be written, and of what. */
export type Writing =
  | { document: 'declaration' | 'atto-notorio'; declared: Declared }
  | { document: 'visura'; told: VisuraAnswer }
/** `operation` names it in the ledger and on its sheets. */
export interface Written {
  document: WrittenDocument
  operation: string
  paper: Paper
}

export type Printing = { language: Language; session: string; fromPage: number } & (
  | { document: 'certificate'; outcome: IssuedOutcome }
  | { document: 'receipt'; outcome: IssuedOutcome; pages: number }
  | Written
  | { document: 'slip'; operation: string; types: CertificateType[]; requestedAt: string }
)
