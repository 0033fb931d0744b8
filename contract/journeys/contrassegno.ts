import { z } from 'zod'
import { contrassegno } from '../bollo.ts'

/** A certificate for a private party is not exempt from bollo: the free declaration, or a marca da bollo at hand. */

export const screens = [
  /** `pagopa`: the bollo can be paid by a notice of pagoPA. */
  z.strictObject({ screen: z.literal('private-party'), cents: z.number().int(), pagopa: z.boolean() }),
  /** The 14 digits above the bar code of the mark. */
  z.strictObject({ screen: z.literal('contrassegno') }),
  /** The day on which the mark was issued. `wrong`: the day that was typed cannot be one. */
  z.strictObject({ screen: z.literal('contrassegno-date'), wrong: z.boolean() }),
] as const

export const steps = { 'private-party': 'request', contrassegno: 'request', 'contrassegno-date': 'request' } as const

export const answers = [
  z.strictObject({ type: z.literal('declareInstead') }),
  z.strictObject({ type: z.literal('haveContrassegno') }),
  z.strictObject({ type: z.literal('enterContrassegno'), number: contrassegno.shape.number }),
  /** Day, month and year as typed. Main judges whether the calendar has that day. */
  z.strictObject({ type: z.literal('enterContrassegnoDate'), digits: z.string().regex(/^\d{8}$/) }),
] as const
