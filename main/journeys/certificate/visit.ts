import { askedMost, sheetConflict } from '../../../catalogue/certificates.ts'
import { mayIssue } from '../../../catalogue/may-issue.ts'
import type { Bollo } from '../../../contract/bollo.ts'
import {
  type CertificateLanguage,
  type CertificateTheme,
  type CertificateType,
  certificateType,
  type Purpose,
} from '../../../contract/catalogue.ts'
import type { Belonging } from '../../../contract/document.ts'
import type { FamilyMember, IssuedOutcome } from '../../../contract/gateway.ts'
import type { Way } from '../../../contract/journeys/lists.ts'
import type { Refusal } from '../../../contract/refusal.ts'
import type { Result } from '../../../contract/result.ts'
import type { About } from '../../visit/about.ts'
import { holderOf, required, type Visit } from '../../visit/visit.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    certificate: {
      /** Null: the holder; offline the totem knows no ID ANPR. */
      subject: FamilyMember | null
      /** They came from the subject's own page, which they go back to. */
      fromPage: boolean
      types: CertificateType[]
      use: Purpose | null
      /** Null: not chosen, or due and not settled yet. */
      bollo: Bollo | null
      /** What ANPR was asked last for a preview; the same question is not asked twice. */
      previewed: Wanted | null
      /** Why ANPR does not issue this sheet. */
      barred: { reason: Refusal; anpr: string | null } | null
      /** Types that are being chosen for a new sheet, and the theme that is open. */
      draft: CertificateType[]
      theme: CertificateTheme | null
      /** Null: the usual one of the comune of residence. */
      language: CertificateLanguage | null
      /** The request that is recorded, but not answered within the visit. */
      queued: Queued | null
      /** The certificate of the recorded request has come since. */
      arrived: boolean
      /** This certificate is in bollo by a marca, which its person puts on the sheet. */
      marked: boolean
      /** Certificates that are out on paper. */
      delivered: number
      /** Receipts that are not out, of certificates that are. */
      receipts: Receipt[]
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    preview(
      visit: VisitId,
      entered: Entered,
      wanted: Wanted,
      about: About | null,
    ): Promise<Result<PreviewSheet, Refused | Unavailable>>
    /** Writes the request to the queue, then waits for its outcome as long as a person would stand there. */
    request(
      visit: VisitId,
      recognised: Recognised,
      wanted: Wanted,
      about: About | null,
    ): Promise<Result<Requested, Refused | StorageFull>>
    /** The certificate of a recorded request, once it has come; null: it cannot be had, or is about somebody else. */
    arrived(visit: VisitId, operation: string, about: About | null): Promise<IssuedOutcome | null>
    /** The visit has printed something of this certificate that had come out before. */
    reprinted(visit: VisitId, operation: string): boolean
    sheets: {
      certificate(outcome: IssuedOutcome): Sheet
      receipt(visit: VisitId, outcome: IssuedOutcome, pages: number): Sheet
      slip(visit: VisitId, queued: Slip): Sheet
    }
  }
}

/** `wanted`: it is printed now. Otherwise the person is asked whether they want it. */
export interface Receipt {
  outcome: IssuedOutcome
  /** Pages of the certificate that came out. */
  pages: number
  wanted: boolean
}
export type StorageFull = { kind: 'storage-full' }
/** `subject` null: the holder; offline the totem knows no ID ANPR. */
export interface Wanted {
  subject: string | null
  types: CertificateType[]
  bollo: Bollo
  /** Null: the gateway has not said which is usual. */
  language: CertificateLanguage | null
}
export interface Queued {
  operation: string
  requestedAt: string
}
export type Slip = Queued & { types: CertificateType[] }
export type Requested = { state: 'issued'; outcome: IssuedOutcome } | ({ state: 'queued' } & Queued)

export const fresh = () => ({
  certificate: {
    subject: null,
    fromPage: false,
    types: [],
    use: null,
    bollo: null,
    language: null,
    previewed: null,
    barred: null,
    draft: [],
    theme: null,
    queued: null,
    arrived: false,
    marked: false,
    delivered: 0,
    receipts: [],
  },
})

/** The person has left: the screen still tells whether the certificate has come. */
export const parted = ({ certificate: { queued, arrived, marked } }: Visit) => ({
  certificate: { ...fresh().certificate, queued, arrived, marked },
})

/** Somebody for whom this holder may ask; `subject` null: the holder, of whom the totem knows no line of the sheet. */
export interface Person {
  subject: FamilyMember | null
  name: string
  surname: string
}

/**
 * The holder, and everybody of their famiglia anagrafica whom ANPR names and identifies. People of a convivenza are no
 * famiglia (EN169).
 */
export function peopleOf(visit: Visit): Person[] {
  const sheet = visit.holder.entered?.family ?? []
  const people = sheet
    .filter(
      ({ self, tie, idAnpr, name, surname, deceased }) =>
        self || (tie === 'family' && idAnpr && !deceased && (name || surname)),
    )
    .map((subject) => ({ subject, ...nameOf(subject, visit) }))
  const own = people.some(({ subject }) => subject.self)
  const family = tieOf(visit) === 'family' ? people : people.filter(({ subject }) => subject.self)
  return own ? family : [{ subject: null, ...holderOf(visit) }, ...family]
}

/** From somebody's own page: a certificate about them. Its summary opens with that person set. */
export const wayFromPage = {
  target: '#certificate',
  open: (visit: Visit, { idAnpr }: FamilyMember) => peopleOf(visit).some(({ subject }) => subject?.idAnpr === idAnpr),
  set: (subject: FamilyMember) => ({
    frame: { stepped: true },
    certificate: { ...fresh().certificate, subject, fromPage: true },
  }),
}

/** How the holder belongs to the sheet; who is not known to live in a convivenza has a family. */
const tieOf = ({ holder }: Visit): Belonging['tie'] =>
  (holder.entered?.family ?? []).find(({ self }) => self)?.tie ?? 'family'

type Blocked = FamilyMember['blocked']

/**
 * The certificates that the gateway would refuse about the person who was chosen, each with its reason: by what it has
 * told of them, and offline by what is known here.
 */
export function blockedFor(visit: Visit): Blocked {
  const subject = visit.certificate.subject ?? visit.holder.entered?.family?.find(({ self }) => self)
  if (subject?.idAnpr != null) return subject.blocked
  return certificateType.options.flatMap((type) => {
    const may = mayIssue([type], { tie: subject?.tie ?? 'family' }, {}, null)
    return may.ok ? [] : may.error.refusals.slice(0, 1).map(({ kind, anpr }) => ({ type, kind, anpr }))
  })
}

/** The types that are offered for the person who was chosen. */
export function offeredFor(visit: Visit): readonly CertificateType[] {
  const blocked = new Set(blockedFor(visit).map(({ type }) => type))
  return certificateType.options.filter((type) => !blocked.has(type))
}

/** May these stand on one sheet about the person who was chosen? */
export function mayShareSheet(visit: Visit, types: readonly CertificateType[]): boolean {
  const offered = offeredFor(visit)
  return types.length > 0 && types.every((type) => offered.includes(type)) && sheetConflict(types) === null
}

/** What is asked for most, for this person: each alone, and last all on one sheet. */
export function shortcutsFor(visit: Visit): CertificateType[][] {
  const most = offeredFor(visit).filter((type) => askedMost.includes(type))
  const each = most.map((type) => [type])
  return most.length > 1 && sheetConflict(most) === null ? [...each, most] : each
}

/**
 * The commonest request of all: residence and family on one sheet (ANPR's open data). Where nothing may be issued, the
 * gateway says why.
 */
export function usualTypes(visit: Visit): CertificateType[] {
  return shortcutsFor(visit).at(-1) ?? [offeredFor(visit)[0] ?? '8']
}

/** How a certificate that comes now can be taken home. */
export const waysFor = ({ holder: { entered } }: Visit): readonly Way[] =>
  entered?.token == null ? ['paper'] : ['paper', ...(entered.ways ?? []).filter((way) => way !== 'paper')]

/** Each type once, in table order. */
export const inOrder = (types: readonly CertificateType[]): CertificateType[] =>
  certificateType.options.filter((type) => types.includes(type))

/** Puts a type on the sheet, or takes it off. */
export const toggled = (types: readonly CertificateType[], type: CertificateType): CertificateType[] =>
  inOrder(types.includes(type) ? types.filter((other) => other !== type) : [...types, type])

/** Somebody's name; the card knows the holder's, where ANPR does not tell it. */
const nameOf = ({ name, surname, self }: FamilyMember, visit: Visit) =>
  self && name === '' && surname === '' ? holderOf(visit) : { name, surname }

/** Name of the person whom the certificate is about. */
export const subjectOf = (visit: Visit): { name: string; surname: string } => {
  const { subject } = visit.certificate
  return subject ? nameOf(subject, visit) : holderOf(visit)
}

/** Whom the certificate must be about, by the card the codice fiscale too. Null once the totem has forgotten them. */
export function aboutOf(visit: Visit): About | null {
  const { certificate, holder } = visit
  if (holder.recognised === null) return null
  const codiceFiscale = (certificate.subject?.self ?? true) ? holder.recognised.codiceFiscale : null
  return { ...subjectOf(visit), codiceFiscale }
}

/**
 * In which language the sheet is, beside Italian: that of the screen, where the comune of residence has it, or else the
 * usual one there; null: the gateway has not said which.
 */
export function languageOf({ certificate: { language }, holder, frame }: Visit): CertificateLanguage | null {
  const offered = holder.entered?.languages ?? []
  // Whoever reads Italian has it on each sheet, and the comune's usual one beside it.
  const read = offered.find((one) => one !== 'IT' && one.toLowerCase() === frame.language)
  return language ?? read ?? offered[0] ?? null
}

export const wantedOf = (visit: Visit): Wanted => ({
  subject: visit.certificate.subject?.idAnpr ?? null,
  types: visit.certificate.types,
  bollo: required(visit.certificate.bollo, 'bollo'),
  language: languageOf(visit),
})
