import type { CardNotice } from '../../catalogue/identity-card.ts'
import type { Charges } from '../../contract/bollo.ts'
import type { CertificateLanguage } from '../../contract/catalogue.ts'
import type { CardFailure, CardReadout, PrinterStatus, PrintSheet } from '../../contract/device.ts'
import type { Evidence } from '../../contract/evidence.ts'
import type { FamilyMember, IssuedOutcome } from '../../contract/gateway.ts'
import type { OutOfService } from '../../contract/journeys/index.ts'
import type { Printed, TakenHome, Way } from '../../contract/journeys/lists.ts'
import type { Language } from '../../contract/language.ts'
import type { PendingPayments } from '../../contract/pagopa.ts'
import type { Refusal } from '../../contract/refusal.ts'
import type { Result } from '../../contract/result.ts'
import type { VerificationClaims } from '../../contract/verification.ts'
import type { Paper } from '../documents/model.ts'

/**
 * The work that a visit needs. The session says when; each journey's service.ts does it. A journey adds its services to
 * this interface, as it adds its part to the visit (visit.ts). Every expected failure is a value; a rejection is a bug.
 */
export interface VisitServices {
  /** Why no visit can begin or go on, or null. Asked before anything is asked of a person. */
  outOfService(): OutOfService | 'starting' | null
  newSession(): string
  /** Resolves when the printer itself has acknowledged the last page. */
  print(printing: Printing): Promise<Result<{ pages: number }, PrintFault | Unprintable>>
  journal: {
    started(visit: VisitId): void
    refused(visit: VisitId, refused: Pick<Refused, 'reason' | 'anpr'>): void
    ended(visit: VisitId, how: string, ms: number): void
  }
}

export interface VisitId {
  session: string
  language: Language
}

/**
 * `anpr`: ANPR's error code, if any, as a reference for the ufficio anagrafe. `card` null: not known; once the card is
 * read the session knows its kind. `date` (YYYY-MM-DD): the day on which the card expired or becomes valid. `failure`:
 * what the card answered, for a technician.
 */
export type Refused = {
  kind: 'refused'
  reason: Refusal
  anpr: string | null
  card: CardReadout['card'] | null
  date: string | null
  failure?: CardFailure
}
/** Makes a refusal; a fact that is not given is null. */
export const refused = (reason: Refusal, facts: Partial<Pick<Refused, 'anpr' | 'card' | 'date'>> = {}): Refused => ({
  kind: 'refused',
  reason,
  anpr: null,
  card: null,
  date: null,
  ...facts,
})

/** The line or ANPR is away. The same question has an answer later. */
export type Unavailable = { kind: 'unavailable' }
/** `page` is the first page that the printer has not acknowledged. */
export type PrintFault = { kind: 'print-fault'; status: PrinterStatus; page: number }
/** No printer could print it: the document itself is broken. */
export type Unprintable = { kind: 'unprintable' }

/** A person whose card has signed this totem's challenge. Lives in memory only, until the visit ends. */
export interface Recognised {
  name: string
  surname: string
  codiceFiscale: string
  evidence: Evidence
}
export interface Entered {
  /** Null offline: then the totem knows the holder alone of the family. */
  token: string | null
  /** The holder's, from the gateway; null offline. */
  idAnpr: string | null
  /** Null offline, and where ANPR tells no sheet that can be read. */
  family: FamilyMember[] | null
  /** In which a certificate may be asked for, the usual one first; empty where the gateway has not said it. */
  languages: readonly CertificateLanguage[]
  /** What a certificate costs, where the gateway has said it. */
  charges?: Charges
  waiting: Waiting[]
  /** Requests on their way, of which nothing has been heard yet. */
  pending: number
  notices: Notice[]
  /** Documents that went by mail and did not arrive, of which the holder has not been told; absent: none is known. */
  returned?: number
  /** Payments that wait for their certificate, or whose money goes back; absent: none is known. */
  pagopa?: PendingPayments
  /** What the holder should know of their identity card before they ask for anything. */
  card?: CardNotice | null
  /** How documents can be taken home besides on paper; absent: on paper alone. */
  ways?: readonly Way[]
}
/** A request of an earlier visit that failed, and whose holder has not heard of it yet. `reason` is a code. */
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

/** What earlier visits left. `notices`: of certificates that came and are about somebody else; nobody gets them. */
export interface Left {
  waiting: Waiting[]
  notices: Notice[]
}

export interface PreviewSheet {
  pdf: Uint8Array
  pages: number
  /** What it certifies, as text; empty where that cannot be told from the rest of the sheet. */
  facts: string
}

/** What a document is that goes home by mail, for its person's own list. `operation`: of a certificate. */
export interface AboutDocument {
  document: TakenHome
  operation: string | null
}

/** A document ready to be put on paper; `operation` names it in the ledger. */
export interface Printing {
  operation: string
  document: Printed
  session: string
  fromPage: number
  sheet: Sheet
}
/** Makes the sheet when the ledger knows whether it is a reprint. */
export type Sheet = (run: PrintRun) => PrintSheet | Promise<PrintSheet>
export interface PrintRun {
  reprint: boolean
  /** Another document of the same operation has been printed before, in whole or in part. */
  reprinted(document: Printed): boolean
  /** The verification code, or null for none. A paper that is printed again in its visit keeps its code. */
  code(claims: Claims): string | null
}
/** The claims of a paper in its verification code; the totem adds its own id and the paper's. */
export type Claims = Omitted<VerificationClaims>
type Omitted<C> = C extends VerificationClaims ? Omit<C, 'id' | 'totem'> : never

/** A paper that the totem has written itself. `operation` names it in the ledger and on its sheets. */
export interface Written {
  document: TakenHome
  operation: string
  paper: Paper
}
