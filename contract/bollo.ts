import { z } from 'zod'
import { type Exemption, exemption } from './catalogue.ts'

/** How the imposta di bollo on a certificate is settled. catalogue/bollo.ts says what each way means and costs. */
export const bollo = z.discriminatedUnion('kind', [
  /** A use that the law exempts. */
  z.strictObject({ kind: z.literal('exempt'), exemption }),
])
export type Bollo = z.infer<typeof bollo>

type Kind = Bollo['kind']
export const bolloKind = z.enum(bollo.options.map(({ shape }) => shape.kind.value) as [Kind, ...Kind[]])

/** The exemption that a bollo cites; null: the use is not exempt. */
export const exemptionOf = (one: Bollo): Exemption | null => (one.kind === 'exempt' ? one.exemption : null)
