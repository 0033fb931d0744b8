import { z } from 'zod'
import { type Exemption, exemption } from './catalogue.ts'

/**
 * A marca da bollo that the citizen has bought: the 14 digits above its bar code and the day of its issue. The State
 * publishes no check digit for it.
 */
export const contrassegno = z.strictObject({
  kind: z.literal('contrassegno'),
  number: z.string().regex(/^\d{14}$/),
  issued: z.iso.date(),
})
export type Contrassegno = z.infer<typeof contrassegno>

const cents = z.number().int().min(0).max(100_000)
/** What a certificate costs where its subject lives, in euro cents: imposta di bollo, and diritti di segreteria with it or without it. */
export const charges = z.strictObject({
  bollo: cents.min(1),
  diritti: z.strictObject({ withBollo: cents, withoutBollo: cents }),
})
export type Charges = z.infer<typeof charges>

/** What one sheet was issued for, in euro cents, however many types share it. */
export const charged = z.strictObject({ bollo: cents, diritti: cents })
export type Charged = z.infer<typeof charged>

/** A notice of pagoPA ("codice avviso"): 18 digits, of which the first says how the others are composed. */
export const noticeNumber = z.string().regex(/^\d{18}$/)

/** Bollo paid by a notice of pagoPA (contract/pagopa.ts). `notice` null: there is none yet; a preview needs none. */
const pagopa = z.strictObject({ kind: z.literal('pagopa'), notice: noticeNumber.nullable() })

/** How the imposta di bollo on a certificate is settled. catalogue/bollo.ts says what each way means and costs. */
export const bollo = z.discriminatedUnion('kind', [
  /** A use that the law exempts. */
  z.strictObject({ kind: z.literal('exempt'), exemption }),
  contrassegno,
  pagopa,
])
export type Bollo = z.infer<typeof bollo>

type Kind = Bollo['kind']
export const bolloKind = z.enum(bollo.options.map(({ shape }) => shape.kind.value) as [Kind, ...Kind[]])

/** The exemption that a bollo cites; null: the use is not exempt. */
export const exemptionOf = (one: Bollo): Exemption | null => (one.kind === 'exempt' ? one.exemption : null)
