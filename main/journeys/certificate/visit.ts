import type { Bollo } from '../../../contract/bollo.ts'
import type { CertificateType } from '../../../contract/catalogue.ts'
import type { FamilyMember, IssuedOutcome } from '../../../contract/gateway.ts'
import type { Result } from '../../../contract/result.ts'
import { holderOf, required, type Visit } from '../../visit/visit.ts'

declare module '../../visit/visit.ts' {
  interface Visit {
    certificate: {
      /** Null: the holder; offline the totem knows no ID ANPR. */
      subject: FamilyMember | null
      types: CertificateType[]
      bollo: Bollo | null
      /** The request that is recorded, but not answered within the visit. */
      queued: Queued | null
      /** The certificate of the recorded request has come since. */
      arrived: boolean
      /** Pages of the certificate that came out last, for its receipt. */
      pages: number
    }
  }
}

declare module '../../visit/services.ts' {
  interface VisitServices {
    preview(entered: Entered, wanted: Wanted): Promise<Result<PreviewSheet, Refused | Unavailable>>
    /** Writes the request to the queue, then waits for its outcome as long as a person would stand there. */
    request(visit: VisitId, recognised: Recognised, wanted: Wanted): Promise<Result<Requested, Refused | StorageFull>>
    /** The certificate of a recorded request, once it has come; null: it cannot be had. */
    arrived(operation: string): Promise<IssuedOutcome | null>
    sheets: {
      certificate(outcome: IssuedOutcome): Sheet
      receipt(visit: VisitId, outcome: IssuedOutcome, pages: number): Sheet
      slip(visit: VisitId, queued: Slip): Sheet
    }
  }
}

export type StorageFull = { kind: 'storage-full' }
/** `subject` null: the holder; offline the totem knows no ID ANPR. */
export interface Wanted {
  subject: string | null
  types: CertificateType[]
  bollo: Bollo
}
export interface Queued {
  operation: string
  requestedAt: string
}
export type Slip = Queued & { types: CertificateType[] }
export type Requested = { state: 'issued'; outcome: IssuedOutcome } | ({ state: 'queued' } & Queued)

export const fresh = () => ({
  certificate: { subject: null, types: [], bollo: null, queued: null, arrived: false, pages: 0 },
})

/** The person has left: the screen still tells whether the certificate has come. */
export const parted = ({ certificate: { queued, arrived } }: Visit) => ({
  certificate: { ...fresh().certificate, queued, arrived },
})

/** Name of the person whom the certificate is about. */
export const subjectOf = (visit: Visit): { name: string; surname: string } => {
  const { subject } = visit.certificate
  return subject ? { name: subject.name, surname: subject.surname } : holderOf(visit)
}

export const wantedOf = ({ certificate: { subject, types, bollo } }: Visit): Wanted => ({
  subject: subject?.idAnpr ?? null,
  types,
  bollo: required(bollo, 'bollo'),
})
