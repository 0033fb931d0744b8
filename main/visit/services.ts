import type { CardReadout, PrinterStatus, PrintSheet } from '../../contract/device.ts'
import type { Evidence } from '../../contract/evidence.ts'
import type { FamilyMember, IssuedOutcome } from '../../contract/gateway.ts'
import type { OutOfService } from '../../contract/journeys/index.ts'
import type { Printed, TakenHome } from '../../contract/journeys/lists.ts'
import type { Language } from '../../contract/language.ts'
import type { Refusal } from '../../contract/refusal.ts'
import type { Result } from '../../contract/result.ts'
import type { VerificationClaims } from '../../contract/verification.ts'
import type { Paper } from '../documents/model.ts'

/**
 * What a visit needs done. The session says when; each journey's service.ts does it and adds its own here, as it adds its part
 * to the visit (visit.ts). A promise that rejects is a bug: every expected failure is a value.
 */
export interface VisitServices {
  /** Why no visit can begin or go on, or null. Asked before anything is asked of a person. */
  outOfService(): OutOfService | 'starting' | null
  newSession(): string
  /** Resolves when the printer itself has acknowledged the last page. */
  print(printing: Printing): Promise<Result<{ pages: number }, PrintFault | Unprintable>>
  journal: {
    started(visit: VisitId): void
    refused(visit: VisitId, reason: Refusal): void
    ended(visit: VisitId, how: string, ms: number): void
  }
}

export interface VisitId {
  session: string
  language: Language
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
/** Makes a refusal; a fact that is not given is null. */
export const refused = (reason: Refusal, facts: Partial<Pick<Refused, 'anpr' | 'card' | 'date'>> = {}): Refused => ({
  kind: 'refused',
  reason,
  anpr: null,
  card: null,
  date: null,
  ...facts,
})

/** The line or ANPR is away: another day the same question has an answer. */
export type Unavailable = { kind: 'unavailable' }
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

export interface PreviewSheet {
  pdf: Uint8Array
  pages: number
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
  /** The verification code, or null where there is none. Printed again in its visit, a paper keeps its code. */
  code(claims: Claims): string | null
}
/** What a paper says of itself in its verification code; the totem adds its own name and a number. */
export type Claims = Omitted<VerificationClaims>
type Omitted<C> = C extends VerificationClaims ? Omit<C, 'id' | 'totem'> : never

/** A paper that the totem has written itself. `operation` names it in the ledger and on its sheets. */
export interface Written {
  document: TakenHome
  operation: string
  paper: Paper
}
