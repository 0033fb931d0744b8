import { z } from 'zod'
import { count, isoInstant, operationId } from '../identity.ts'
import { fileEncoding, fileRefusal, keyKind } from './bulk-file.ts'
import { officeId } from './people.ts'
import { territorio } from './profiles.ts'
import { reason } from './prose.ts'
import { quotas } from './registry.ts'

/** A bulk request, by the words of the officers' own files. */
export const requestStates = [
  ...(['bozza', 'inviata', 'in_convalida', 'sospesa', 'convalidata', 'in_lavorazione', 'completata'] as const),
  ...(['completata_con_riserve', 'fallita', 'respinta', 'annullata', 'scaduta'] as const),
] as const
const requestState = z.enum(requestStates)
export type RequestState = (typeof requestStates)[number]

/** `formale`: refused when the file came in. `fuori_territorio`: somebody elsewhere, of whom nothing more is told. */
export const rowStates = [
  ...(['formale', 'doppione', 'da_fare', 'id_risolto', 'chiesta', 'trovato', 'non_trovato', 'ambiguo'] as const),
  ...(['fuori_territorio', 'errore', 'non_risposto'] as const),
] as const
const rowState = z.enum(rowStates)
export type RowState = (typeof rowStates)[number]

/** One by one, or a list to ANPR's bulk service. */
export const ways = ['singole', 'massivo'] as const
export type Way = (typeof ways)[number]

/** Why a comune refuses. */
export const refusalCauses = ['base-giuridica', 'non-pertinente', 'troppi-dati', 'elenco-errato', 'altro'] as const
export type RefusalCause = (typeof refusalCauses)[number]

/** Why silence does not count (gateway/console/bulk/terms.ts). */
export const noSilences = ['agreement', 'rows', 'italy', 'special-section', 'open-alert'] as const

export const requestNamed = z.strictObject({ request: operationId })
const text = reason

/** What somebody may ask, by the agreements of their offices that count today. */
export const bulkTerms = z.strictObject({
  agreements: z.array(
    z.strictObject({
      ...{ agreement: operationId, comuneName: z.string(), fruitoreName: z.string(), al: z.iso.date() },
      uffici: z.array(z.strictObject({ id: officeId, name: z.string() })),
      ...{ profiloNome: z.string(), territorio, motivi: z.array(z.string()), chiavi: z.array(keyKind) },
      services: z.array(z.strictObject({ code: z.string(), name: z.string(), inBulk: z.boolean() })),
      ...{ righeMax: count, righeGiorno: count, silenzioGiorni: count.nullable(), silenzioRigheMax: count.nullable() },
    }),
  ),
})

export const bulkWish = z.strictObject({
  ...{ agreement: operationId, ufficio: officeId, servizio: z.string().regex(/^C0\d\d$/) },
  motivo: text.max(80),
  /** The reference of the file for which it is asked: ANPR's log keeps it, so it names nobody. */
  protocollo: z.string().regex(/^[\w ./-]{1,100}$/),
})

const counts = z.partialRecord(rowState, count)

/** `read`: how the file was read; `refusal`: why it was not taken. */
export const bulkFileTaken = z.strictObject({
  refusal: fileRefusal.nullable(),
  rows: count,
  counts,
  read: z.strictObject({ separator: z.string(), encoding: fileEncoding, columns: z.array(z.string()) }).nullable(),
})
export const bulkFileQuery = z.strictObject({ encoding: fileEncoding.optional() })

const estimate = z.strictObject({
  calls: count,
  /** Null: never, since nothing of ANPR's day is left to lists. */
  days: count.nullable(),
  endsOn: z.iso.date().nullable(),
})
/**
 * `massivo` null: no bulk service answers this. `asked`: how many people, which is what counts against each of the agreement's
 * `quotas`; `left` of one today or in this month.
 */
export const bulkEstimate = z.strictObject({
  ...{ singole: estimate, massivo: estimate.nullable(), asked: count },
  quotas: z.array(z.strictObject({ quota: z.enum(quotas), most: count, left: count })),
})

/** `days`: what the person has read and accepts; another figure by now is a conflict. */
export const bulkSend = z.strictObject({ way: z.enum(ways), days: count.nullable() })
export const bulkReason = z.strictObject({ reason: text })
export const bulkRefusal = z.strictObject({ cause: z.enum(refusalCauses), text })
export const bulkText = z.strictObject({ text })

const request = {
  ...{
    request: operationId,
    state: requestState,
    comuneName: z.string(),
    fruitoreName: z.string(),
    ufficio: z.string(),
  },
  ...{ servizio: z.string(), servizioName: z.string(), motivo: z.string(), protocollo: z.string() },
  ...{ author: z.string(), isOwn: z.boolean(), createdAt: isoInstant, changedAt: isoInstant, rows: count, counts },
  /** The term: until when silence does not approve it yet, as the comune's calendar has it. */
  ...{ lastDay: z.iso.date().nullable(), endsAt: isoInstant.nullable(), silence: z.boolean(), isUnusual: z.boolean() },
  clarification: z.enum(['asked', 'answered']).nullable(),
  /** Half of its term is over, or its last morning has come. */
  reminder: z.enum(['half', 'last']).nullable(),
}
/** `list`: one's own, what waits for one's decision, or all in sight. Newest first; those that wait: earliest term first. */
export const bulkQuery = z.strictObject({
  list: z.enum(['own', 'waiting', 'all']).default('all'),
  after: operationId.optional(),
})
export const bulkRequests = z.strictObject({ requests: z.array(z.strictObject(request)), more: z.boolean() })

export const bulkRequest = z.strictObject({
  ...request,
  ...{ profiloNome: z.string(), profiloVersione: count, baseGiuridica: z.string(), territorio },
  ...{ sentAt: isoInstant.nullable(), way: z.enum(ways).nullable(), days: count.nullable() },
  against: z.array(z.enum(noSilences)),
  validated: z
    .strictObject({
      ...{ how: z.enum(['puntuale', 'silenzio']), by: z.string().nullable(), at: isoInstant },
      reason: z.string().nullable(),
    })
    .nullable(),
  refused: z
    .strictObject({ by: z.string(), at: isoInstant, cause: z.enum(refusalCauses), text: z.string() })
    .nullable(),
  suspendedWhy: z.string().nullable(),
  clarifications: z
    .strictObject({
      by: z.string(),
      at: isoInstant,
      text: z.string(),
      until: isoInstant,
      answer: z.string().nullable(),
    })
    .nullable(),
  ...{ startedAt: isoInstant.nullable(), endedAt: isoInstant.nullable(), erasedAt: isoInstant.nullable() },
})

export const bulkRowsQuery = z.strictObject({
  state: rowState.optional(),
  after: z.coerce.number().int().min(0).max(100_000).default(0),
})
/** What a row is, its person masked. `code`: of its finding, or ANPR's; `message`: what it means. */
export const bulkRows = z.strictObject({
  rows: z.array(
    z.strictObject({
      ...{ n: count, line: count.nullable(), state: rowState, reference: z.string(), key: z.string() },
      ...{ day: z.string(), code: z.string().nullable(), message: z.string().nullable(), doubleOf: count.nullable() },
      ...{ operation: z.string().nullable(), govway: z.string().nullable() },
    }),
  ),
  more: z.boolean(),
})
