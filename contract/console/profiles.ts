import { z } from 'zod'
import { isoInstant, operationId } from '../identity.ts'
import { keyKind } from './bulk-file.ts'
import { type SectionCode, type ServiceCode, sections, services } from './consultations.ts'
import { comuneId } from './people.ts'
import { reason } from './prose.ts'

/** Whose residents a body may ask about: the comune's, those of other comuni too that have agreed, or everybody's. */
export const territories = ['comune', 'comuni', 'italia'] as const
export const territorio = z.enum(territories)
export type Territorio = (typeof territories)[number]

const serviceCode = z.enum(Object.keys(services) as [ServiceCode, ...ServiceCode[]])
const sectionCode = z.enum(Object.keys(sections) as [SectionCode, ...SectionCode[]])

/** What is to have a reason of its own in a profile, by code of service or section, and why. */
export interface ToReason {
  code: ServiceCode | SectionCode
  why: 'verifica-exists' | 'special'
}

/** Pure: which of a profile's services and sections need a reason by name. */
export function toReason(servizi: readonly ServiceCode[], sezioni: readonly SectionCode[]): ToReason[] {
  const asked = servizi.flatMap((code): ToReason[] => {
    const service = services[code]
    if ('special' in service) return [{ code, why: 'special' }]
    return 'verifica' in service ? [{ code, why: 'verifica-exists' }] : []
  })
  return [...asked, ...sezioni.filter(isSpecialSection).map((code): ToReason => ({ code, why: 'special' }))]
}
const isSpecialSection = (code: SectionCode) => 'special' in sections[code]

/** Pure: whether a profile tells of parents and marriages; nothing of it is ever given by silenzio-assenso. */
export const isSpecial = (servizi: readonly ServiceCode[], sezioni: readonly SectionCode[]): boolean =>
  toReason(servizi, sezioni).some(({ why }) => why === 'special')

/**
 * A set of fields that a comune lets bodies ask for, in one version: what is approved is never edited, a change is a version
 * more. `perche`: for each code of `toReason`, why. `provvisori`: provisional codici fiscali of eleven digits too. `motivi`:
 * of which purposes a request names one. Days are Italy's, both included.
 */
export const profileTerms = {
  ...{ comune: comuneId, nome: reason.max(80) },
  ...{ servizi: z.array(serviceCode).min(1).max(30), sezioni: z.array(sectionCode).max(30) },
  perche: z.record(z.string().max(4), reason),
  ...{ chiavi: z.array(keyKind).min(1).max(5), provvisori: z.boolean() },
  ...{ motivi: z.array(reason.max(80)).min(1).max(20), baseGiuridica: reason, territorio },
  ...{ righeMax: z.number().int().min(1).max(100_000), righeGiorno: z.number().int().min(1).max(1_000_000) },
  ...{ dal: z.iso.date(), al: z.iso.date() },
}
/** `after`: of which it is the next version; null: a new one. */
export const profileWish = z.strictObject({
  ...profileTerms,
  after: z.strictObject({ profilo: operationId, versione: z.number().int().min(1) }).nullable(),
})
const version = { profilo: operationId, versione: z.number().int().min(1) }
export const profileNamed = z.strictObject(version)
export const profileEnd = z.strictObject({ ...version, why: reason })
export type ProfileTerms = z.output<z.ZodObject<typeof profileTerms>>

/**
 * What a comune decides by two people. `proposed` waits for the second; `given` counts from `dal` to `al`; `withdrawn` was
 * ended by somebody, `ended` by its last day.
 */
export const decided = {
  state: z.enum(['proposed', 'given', 'withdrawn', 'ended']),
  ...{ proposedBy: z.string(), proposedAt: isoInstant, approvedBy: z.string().nullable() },
  approvedAt: isoInstant.nullable(),
  ...{ endedBy: z.string().nullable(), endedAt: isoInstant.nullable(), endedWhy: z.string().nullable() },
  /** Whether who asks has proposed it, and so does not approve it. */
  isOwn: z.boolean(),
}

export const profiles = z.strictObject({
  profiles: z.array(
    z.strictObject({
      ...profileTerms,
      ...{ profilo: operationId, versione: z.number().int().min(1), comuneName: z.string() },
      ...decided,
    }),
  ),
})
