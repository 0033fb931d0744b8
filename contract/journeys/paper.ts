import { z } from 'zod'
import { printerStatus } from '../device.ts'
import { elsewhere, printed } from './lists.ts'

/** Paper comes out, or the printer needs help. */

export const screens = [
  /** `band` of `bands` of the page that is coming out. */
  z.strictObject({
    screen: z.literal('printing'),
    document: printed,
    page: z.number(),
    pages: z.number(),
    band: z.number(),
    bands: z.number(),
  }),
  /**
   * `status` is the printer's, now. `sheet`: `void` came out in part; `none`: nothing of it was sent; `perhaps`: the
   * printer fell silent and nobody can say. `resumable`: the fault has cleared, the page can be printed.
   */
  z.strictObject({
    screen: z.literal('print-fault'),
    document: printed,
    status: printerStatus,
    page: z.number(),
    sheet: z.enum(['void', 'none', 'perhaps']),
    resumable: z.boolean(),
    /** How the document can go home instead. */
    ways: z.array(elsewhere),
  }),
] as const

export const steps = { printing: 'paper', 'print-fault': 'paper' } as const

export const answers = [
  /** After a print fault: print the void page anew, or keep the document to be collected later. */
  z.strictObject({ type: z.literal('printAgain') }),
  z.strictObject({ type: z.literal('keepForLater') }),
] as const
