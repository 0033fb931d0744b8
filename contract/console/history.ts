import { z } from 'zod'
import type { Channel } from '../caller.ts'
import { count, idAnpr, isCodiceFiscale, isoInstant, operationId } from '../identity.ts'
import { reason } from './prose.ts'

const channel = z.enum(['totem', 'counter', 'console'] as const satisfies readonly Channel[])

/**
 * What the access log holds of one person. Lines name them by codice fiscale or by ID ANPR, whichever was known when somebody
 * looked: who gives both finds all.
 */
export const accessSearch = z.strictObject({
  codiceFiscale: z.string().refine(isCodiceFiscale).nullable(),
  idAnpr: idAnpr.nullable(),
  reason,
})

/** `body`, `purpose`, `protocollo`: of a bulk request, whose id is `request`. `by`: a clerk; null where nobody stood between. */
export const accessesFound = z.strictObject({
  accesses: z.array(
    z.strictObject({
      ...{ at: isoInstant, channel, machine: z.string(), services: z.string(), outcome: z.string() },
      ...{ body: z.string().nullable(), purpose: z.string().nullable(), protocollo: z.string().nullable() },
      ...{ request: operationId.nullable(), by: z.string().nullable() },
    }),
  ),
  /** Older ones were left out. */
  more: z.boolean(),
  from: isoInstant,
})

const month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/)
/** A month of Italian days; without: this one. */
export const accountsQuery = z.strictObject({ month: month.optional() })

/** Per body, office, purpose and service: what was sent in the month, and how its rows stand now. */
export const accounts = z.strictObject({
  month,
  lines: z.array(
    z.strictObject({
      ...{ comuneName: z.string(), fruitoreName: z.string(), ufficio: z.string(), motivo: z.string() },
      ...{ servizio: z.string(), servizioName: z.string(), requests: count, refused: count, rows: count },
      ...{ trovato: count, nonTrovato: count, senzaRisposta: count, nonChieste: count },
      /** Lines of the access log. */
      looks: count,
    }),
  ),
})

/**
 * What somebody should look at. `volume`: more than three times what its author usually asks. `not-found`: of those asked
 * about more than three in ten are not in the register. `same-person`: one author asked about one person in three requests
 * of thirty days. `colleague`, `self`: somebody with an account here. `hours`: sent at night or on a day of rest.
 */
export const anomalyKinds = ['volume', 'not-found', 'same-person', 'colleague', 'self', 'hours'] as const
export type AnomalyKind = (typeof anomalyKinds)[number]

/** One of each kind for an author and a day. `figure`: how many, of what the kind counts. */
export const anomalies = z.strictObject({
  anomalies: z.array(
    z.strictObject({
      ...{ anomaly: operationId, kind: z.enum(anomalyKinds), author: z.string(), at: isoInstant, figure: count },
      ...{ comuneName: z.string(), fruitoreName: z.string(), ufficio: z.string(), request: operationId },
      ...{ protocollo: z.string(), isOwn: z.boolean() },
      closed: z.strictObject({ by: z.string(), at: isoInstant, text: z.string() }).nullable(),
    }),
  ),
})
export const anomalyClose = z.strictObject({ anomaly: operationId, text: reason })
