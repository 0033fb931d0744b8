import { z } from 'zod'
import { operationId } from '../identity.ts'
import { comuneId, fruitoreId, officeId } from './people.ts'
import { decided, territorio } from './profiles.ts'
import { reason } from './prose.ts'

/** Month and day of a comune's patron: no working day there. */
const patronDay = z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)
const name = reason.max(120)

/** A tenant: a comune, which answers for its residents' data, or another body, which asks. */
export const ente = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('comune'), id: comuneId, name, patron: patronDay.nullable() }),
  z.strictObject({ kind: z.literal('fruitore'), id: fruitoreId, name }),
])
export type EnteWish = z.output<typeof ente>
/** An office within another body than a comune. */
export const ufficioEnte = z.strictObject({ ente: fruitoreId, id: officeId, name })

export const enti = z.strictObject({
  enti: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['comune', 'fruitore']),
      name: z.string(),
      patron: z.string().nullable(),
      uffici: z.array(z.strictObject({ id: officeId, name: z.string() })),
    }),
  ),
})

/**
 * Whether a request counts as approved when nobody of the comune has answered: after `giorni` working days, and for lists of
 * at most `righeMax` rows. Null: never.
 */
const silenzio = z.strictObject({
  giorni: z.number().int().min(1).max(10),
  righeMax: z.number().int().min(1).max(100_000),
})

/**
 * How many people may be asked about: by one person and by one office in a day, and by everybody together in a month. A list of one
 * counts like any other; null: as many as ANPR and the profile allow.
 */
const most = z.number().int().min(1).max(10_000_000).nullable()
export const quote = z.strictObject({ personaGiorno: most, ufficioGiorno: most, mese: most })
export type Quote = z.output<typeof quote>
export const quotas = quote.keyof().options
export type Quota = (typeof quotas)[number]

/**
 * By what right a body asks a comune (convenzione): a profile of that comune, in one version, from a day to a day, both
 * included. `territorio` reaches no further than the profile's: the comune alone; Italy; or besides the comune those of
 * `comuni`, each as long as it has an agreement of its own with that body.
 */
export const agreementTerms = {
  ...{ comune: comuneId, fruitore: fruitoreId, dal: z.iso.date(), al: z.iso.date() },
  ...{ baseGiuridica: reason, protocollo: reason.max(60), silenzio: silenzio.nullable(), quote },
  ...{ territorio, comuni: z.array(comuneId).max(100) },
  ...{ profilo: operationId, profiloVersione: z.number().int().min(1) },
}
export const agreementWish = z.strictObject(agreementTerms)
export const agreementNamed = z.strictObject({ agreement: operationId })
export const agreementEnd = z.strictObject({ agreement: operationId, why: reason })
export type AgreementTerms = z.output<z.ZodObject<typeof agreementTerms>>

export const agreements = z.strictObject({
  agreements: z.array(
    z.strictObject({
      ...agreementTerms,
      agreement: operationId,
      ...{ comuneName: z.string(), fruitoreName: z.string(), profiloNome: z.string() },
      ...decided,
    }),
  ),
})
